import { assert, assertEquals } from "@std/assert";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import type { BehaviourContext } from "./behaviour.ts";
import { encode, find, pause } from "./_harness.ts";
import { isShared } from "./_race.ts";

const OF_EACH = 16;
const KEY = "dir/raced";

/** The text of a write. Each has another length, so that an offset identifies the write. */
function written(id: number): string {
  return `[${id}]`.padEnd(1000 + id, "x");
}

/** The text of an append at an offset. */
function added(at: number): string {
  return `{${at}}`.padEnd(10, ".");
}

/** Asserts that a text is what one write stored, or nothing, and whole appends at their offsets. */
function assertUnmixed(text: string): void {
  const [, id] = /^\[(\d+)\]/.exec(text) ?? [];
  let at = id === undefined ? 0 : written(Number(id)).length;
  if (id !== undefined) assertEquals(text.slice(0, at), written(Number(id)), "A reader saw");
  while (at < text.length) {
    const { length } = added(at);
    assertEquals(text.slice(at, at + length), added(at), `A reader saw a mixture at ${at}`);
    at += length;
  }
}

async function read(adapter: StorageAdapter): Promise<void> {
  const found = await find(adapter, KEY);
  if (found === null) return;
  assertEquals(found.info.size, found.bytes.length, "info.size differs from the length");
  assertUnmixed(new TextDecoder().decode(found.bytes));
}

const TRIES = 3;

/** Appends to the object as it is now. Returns whether it was still so. */
async function extend(adapter: StorageAdapter): Promise<boolean> {
  const at = (await adapter.stat(KEY))?.size ?? 0;
  try {
    const { size, version } = await adapter.append!(KEY, encode(added(at)), { at });
    assertEquals(size, at + added(at).length, "The size after an append");
    const found = await find(adapter, KEY, { ifVersion: version });
    if (found === null) return true; // deleted since
    const text = new TextDecoder().decode(found.bytes);
    assertEquals(text.slice(at), added(at), "An acknowledged append is not in its version");
    return true;
  } catch (error) {
    if (hasCode(error, "Conflict")) return false; // changed before or since
    throw error;
  }
}

/** Writes, deletes, appends and reads one object at the same time, round after round. */
export async function mixesNothing({ adapter, open, settings }: BehaviourContext): Promise<void> {
  const instances = await open(isShared(adapter.capabilities.append) ? 4 : 1);
  for (let round = 0; round < settings.increments; round++) {
    await Promise.all(Array.from({ length: OF_EACH }, async (_, id) => {
      const instance = instances[id % instances.length] ?? adapter;
      const append = async () => {
        for (let tries = 0; tries < TRIES && !await extend(instance); tries++);
      };
      await Promise.all([
        instance.write(KEY, encode(written(id))),
        pause().then(() => instance.delete(KEY)),
        append(),
        pause().then(append),
        read(instance),
        pause().then(() => read(instance)),
      ]);
    }));
    assert(await extend(adapter), "An append that raced with nothing was refused");
    await read(adapter);
  }
}
