import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ReadResult, StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertBytes,
  assertMissing,
  assertRefused,
  assertStored,
  chunksOf,
  concat,
  encode,
  get,
  listKeys,
  putText,
  randomBytes,
  streamOf,
} from "./_harness.ts";
import { heldBody, underWay } from "./_held_body.ts";
import { boundsMemory, doesNotReadAhead } from "./_big_body.ts";

async function takesAnyChunks({ adapter }: BehaviourContext) {
  const small = randomBytes(5000);
  await adapter.write("bytes", streamOf(chunksOf(small, 1)));
  await assertStored(adapter, "bytes", small);
  const big = randomBytes(20 * 1024 * 1024);
  await adapter.write("big", streamOf([big]));
  await assertStored(adapter, "big", big);
  const none = new Uint8Array();
  const gaps = [none, encode("a"), none, none, encode("b"), none];
  await adapter.write("gaps", streamOf(gaps));
  await assertStored(adapter, "gaps", "ab");
  await adapter.write("none", streamOf([none, none]));
  await assertStored(adapter, "none", "");
}

async function assertHidden(adapter: StorageAdapter, key: string) {
  const body = randomBytes(3 * 1024 * 1024);
  const held = heldBody(chunksOf(body, 100_000));
  const writing = adapter.write(key, held.stream);
  await underWay(held, writing);
  if (key === "old") await assertStored(adapter, key, "as before");
  else await assertMissing(adapter, key);
  assertEquals(await listKeys(adapter), ["old"]);
  held.finish(encode("the end"));
  await writing;
  await assertStored(adapter, key, concat([body, encode("the end")]));
  await adapter.delete(key);
}

async function hidesUntilTheEnd({ adapter }: BehaviourContext) {
  await putText(adapter, "old", "as before");
  await assertHidden(adapter, "new");
  await assertHidden(adapter, "old");
}

async function rejectsWithItsSource({ adapter }: BehaviourContext) {
  await putText(adapter, "old", "as before");
  for (const key of ["old", "new"]) {
    for (const size of [0, 10, 2_000_000]) {
      const reason = new Error("the source broke");
      const held = heldBody(chunksOf(randomBytes(size), 100_000));
      held.fail(reason);
      const error = await assertRefused(() => adapter.write(key, held.stream), {
        code: ["InvalidArgument", "Unknown"],
        outcome: "not-applied",
        what: `a body that fails after ${size} bytes`,
      });
      assertStrictEquals(error.cause, reason);
    }
  }
  await assertStored(adapter, "old", "as before");
  await assertMissing(adapter, "new");
  assertEquals(await listKeys(adapter), ["old"]);
}

async function refusesAWrongSize({ adapter }: BehaviourContext) {
  await putText(adapter, "old", "as before");
  const body = encode("12345");
  for (const key of ["old", "new"]) {
    for (const size of [0, 4, 6, 5_000_000, -1, 1.5, NaN]) {
      for (const given of [body, streamOf([body]), streamOf(chunksOf(body, 1))]) {
        await assertRefused(() => adapter.write(key, given, { size }), {
          code: "InvalidArgument",
          outcome: "not-applied",
          what: `the size ${size} of 5 bytes`,
        });
      }
    }
  }
  await assertStored(adapter, "old", "as before");
  await assertMissing(adapter, "new");
  await adapter.write("old", body, { size: 5 });
  await adapter.write("new", streamOf(chunksOf(body, 1)), { size: 5 });
  await assertStored(adapter, "old", body);
  await assertStored(adapter, "new", body);
}

async function letsTheLastWin({ adapter }: BehaviourContext) {
  for (const [first, second] of [[0, 1], [1, 0]] as const) {
    const bodies = [randomBytes(200_000), randomBytes(100_000)];
    const held = bodies.map((body) => heldBody(chunksOf(body, 30_000)));
    const writing = held.map(({ stream }) => adapter.write("a", stream));
    for (const [i, each] of held.entries()) {
      await underWay(each, writing[i] ?? Promise.resolve());
    }
    for (const i of [first, second]) {
      held[i]?.finish();
      await writing[i];
      await assertStored(adapter, "a", bodies[i] ?? "");
    }
  }
}

async function open(adapter: StorageAdapter, key: string): Promise<ReadResult> {
  const result = await adapter.read(key);
  assert(result !== null, `${key} reads as missing`);
  return result;
}

async function releasesACancelledBody({ adapter }: BehaviourContext) {
  const body = randomBytes(1_000_000);
  await adapter.write("a", body);
  await (await open(adapter, "a")).body.cancel();
  await (await open(adapter, "a")).body.cancel(new Error("not needed"));
  const reader = (await open(adapter, "a")).body.getReader();
  await reader.read();
  await reader.cancel();
  for await (const chunk of (await open(adapter, "a")).body) {
    if (chunk.length > 0) break;
  }
  await assertStored(adapter, "a", body);
  await adapter.delete("a");
}

/** Returns the rest of a body, or `null` if the stream fails. */
async function rest(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  try {
    for (
      let next = await reader.read();
      !next.done;
      next = await reader.read()
    ) chunks.push(next.value);
    return concat(chunks);
  } catch {
    return null;
  }
}

async function servesOneVersion({ adapter }: BehaviourContext) {
  const old = randomBytes(1_000_000);
  const changes: (() => Promise<unknown>)[] = [
    () => adapter.write("a", randomBytes(old.length)),
    () => adapter.write("a", streamOf([randomBytes(10)])),
    () => adapter.delete("a"),
    () =>
      adapter.append?.("a", randomBytes(1000), { at: old.length }) ??
        Promise.resolve(),
  ];
  for (const change of changes) {
    await adapter.write("a", old);
    const { body, info } = await open(adapter, "a");
    assertEquals(info.size, old.length);
    const reader = body.getReader();
    const first = await reader.read();
    assert(!first.done, "A body of 1 000 000 bytes has no chunk");
    await change();
    const last = await rest(reader);
    if (last !== null) assertBytes(concat([first.value, last]), old);
  }
}

/** Returns whether the adapter accepts bodies of this many MiB. */
function fits(mib: number): NonNullable<Behaviour["when"]> {
  return ({ maxObjectBytes = Infinity }) => maxObjectBytes >= mib * 1024 * 1024;
}

/** Behaviours 61 to 73, except those that need a faked connection. */
export const streaming: readonly Behaviour[] = inGroup("Streaming", [
  {
    number: 61,
    name: "A body of 64 MiB is written and read in bounded memory",
    when: fits(64),
    run: boundsMemory,
  },
  {
    number: 62,
    name: "A body may have chunks of any size: empty, 1 byte or 20 MiB",
    when: fits(20),
    run: takesAnyChunks,
  },
  {
    number: 63,
    name: "A long body in chunks of odd sizes is stored in order",
    when: fits(20),
    async run({ adapter }) {
      const body = randomBytes(17 * 1024 * 1024 + 12_345);
      await adapter.write("a", streamOf(chunksOf(body, 99_991)));
      assertBytes((await get(adapter, "a")).bytes, body);
    },
  },
  {
    number: 64,
    name: "Readers see nothing of a streamed write until it resolves",
    run: hidesUntilTheEnd,
  },
  {
    number: 65,
    name: "If the source of a body fails, write() rejects and stores nothing",
    run: rejectsWithItsSource,
  },
  {
    number: 66,
    name: "write() rejects with InvalidArgument if the body has another size",
    run: refusesAWrongSize,
  },
  {
    number: 67,
    name: "Of two interleaved streamed writes, the last to finish replaces the other",
    run: letsTheLastWin,
  },
  {
    number: 69,
    name: "cancel() of the body of a read releases its resources",
    run: releasesACancelledBody,
  },
  {
    number: 70,
    name: "A body that is being read never mixes two versions",
    run: servesOneVersion,
  },
  {
    number: 73,
    name: "A body that is not read is not loaded into memory",
    when: fits(64),
    run: doesNotReadAhead,
  },
]);
