import { assertEquals, AssertionError } from "@std/assert";
import { MemoryAdapter } from "../../storage/memory_adapter.ts";
import type {
  ByteRange,
  ObjectInfo,
  ObjectVersion,
  Precondition,
  StorageAdapter,
} from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertStorageError, chunksOf, find, listAll, randomBytes, streamOf } from "./_harness.ts";
import { below, randomFrom } from "../random.ts";

/** Keys in no particular order, none of which is a directory of another. */
const KEYS = ["b/d", "a", "b-c", "\u{1f30d}", "b/c", "\ue000", "b.c", "B/C"];
const KINDS = [
  "stat",
  "read",
  "readVersion",
  "write",
  "stream",
  "create",
  "swap",
  "append",
  "append",
  "delete",
  "list",
] as const;

/** The store that an operation runs on. */
type Side = "real" | "model";
/** The versions of one state of an object in both stores. */
type Pair = Readonly<Record<Side, ObjectVersion>>;

/** An operation that runs on both stores. */
interface Operation {
  readonly what: string;
  readonly play: (on: StorageAdapter, side: Side) => Promise<Played>;
}

/** The result of an operation, which must be equal on both stores, and the versions to compare. */
interface Played {
  readonly result: unknown;
  readonly infos: readonly ObjectInfo[];
}

/** Describes bytes in a message without printing them (FNV-1a). */
function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length} bytes of hash ${hash >>> 0}`;
}

function played(
  info: ObjectInfo | null | void,
  result: unknown = info && { key: info.key, size: info.size },
): Played {
  return { result, infos: info ? [info] : [] };
}

/** Resolves with the result of an operation, or with its error in a form that can be compared. */
async function settle(playing: Promise<Played>): Promise<Played> {
  try {
    return await playing;
  } catch (error) {
    assertStorageError(error);
    return {
      result: { code: error.code, outcome: error.outcome, key: error.key },
      infos: [],
    };
  }
}

/** Draws random operations, and keeps the versions that it has seen. */
class Player {
  readonly #random: () => number;
  readonly #model: MemoryAdapter;
  readonly #seen: Map<string, Pair[]> = new Map();

  constructor(random: () => number, model: MemoryAdapter) {
    this.#random = random;
    this.#model = model;
  }

  /** Asserts that the version of an object changes in both stores or in neither. */
  observe(real: readonly ObjectInfo[], model: readonly ObjectInfo[]): void {
    for (const [i, { key, version }] of real.entries()) {
      const other = model[i]?.version ?? "" as ObjectVersion;
      const pairs = this.#seen.get(key) ?? [];
      const known = pairs.find((pair) => pair.real === version);
      if (known !== undefined) {
        const what = `The version ${version} of ${key} stands for two states`;
        assertEquals(known.model, other, what);
        continue;
      }
      const twin = pairs.find((pair) => pair.model === other);
      assertEquals(twin, undefined, `The version of ${key} changed by itself`);
      this.#seen.set(key, [...pairs, { real: version, model: other }]);
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[below(this.#random, from.length)] as T;
  }

  /** Returns random bytes, which never repeat, so that content versions are unique as well. */
  #body(): Uint8Array {
    const size = this.#random() < 0.1 ? 100_000 : 2000;
    return randomBytes(16 + below(this.#random, size));
  }

  /** Returns a version that an object has or had, or rarely another object's. */
  #version(key: string): Pair {
    const from = this.#random() < 0.1 ? this.#pick(KEYS) : key;
    const pairs = this.#seen.get(from) ?? [];
    // Mostly the latest one, because a stale one tests little.
    const last = this.#random() < 0.7 ? pairs.at(-1) : this.#pick(pairs);
    const garbage = "0-never" as ObjectVersion;
    return last ?? { real: garbage, model: garbage };
  }

  #range(size: number): ByteRange | undefined {
    const offset = () => below(this.#random, size + 3) - 1;
    const start = offset();
    return this.#pick([
      undefined,
      { start },
      { start, end: offset() },
      { start, end: start + 10 },
      { last: offset() },
    ]);
  }

  async next(): Promise<Operation> {
    const key = this.#pick(KEYS);
    const size = (await this.#model.stat(key))?.size ?? 0;
    const kind = this.#pick(KINDS);
    if (kind === "stat") {
      return {
        what: `stat ${key}`,
        play: async (on) => played(await on.stat(key)),
      };
    }
    if (kind === "delete") {
      return {
        what: `delete ${key}`,
        play: async (on) => played(await on.delete(key)),
      };
    }
    if (kind === "list") return this.#list();
    if (kind === "append") return this.#append(key, size);
    if (kind === "read" || kind === "readVersion") {
      return this.#read(key, [kind, size]);
    }
    return this.#write(key, kind);
  }

  #list(): Operation {
    const options = {
      prefix: this.#pick([undefined, "", "b", "b/", "b/c", "x"]),
      after: this.#pick([undefined, ...KEYS, "b/"]),
      limit: this.#pick([undefined, undefined, 0, 1, 3]),
    };
    return {
      what: `list ${JSON.stringify(options)}`,
      play: async (on) => {
        const infos = await listAll(on, options);
        return { infos, result: infos.map(({ key, size }) => [key, size]) };
      },
    };
  }

  #read(
    key: string,
    [kind, size]: readonly [kind: "read" | "readVersion", size: number],
  ): Operation {
    const range = this.#range(size);
    const pair = kind === "readVersion" ? this.#version(key) : undefined;
    return {
      what: `${kind} ${key} ${JSON.stringify(range)}`,
      play: async (on, side) => {
        const found = await find(on, key, { range, ifVersion: pair?.[side] });
        if (found === null) return played(null);
        const { info, start, end, bytes } = found;
        return played(info, [info.size, start, end, fingerprint(bytes)]);
      },
    };
  }

  #append(key: string, size: number): Operation {
    const offsets = [size, size, size, size, 0, size - 1, size + 1];
    const at = this.#pick(offsets);
    const bytes = this.#body();
    const pair = this.#random() < 0.5 ? this.#version(key) : undefined;
    return {
      what: `append ${bytes.length} bytes to ${key} at ${at}${pair ? " of a version" : ""}`,
      play: async (on, side) =>
        played(await on.append?.(key, bytes, { at, ifVersion: pair?.[side] }) ?? null),
    };
  }

  #write(key: string, kind: "write" | "stream" | "create" | "swap"): Operation {
    const bytes = this.#body();
    const pair = this.#version(key);
    const chunkSize = 1 + below(this.#random, 5000);
    const streamed = kind === "stream" || this.#random() < 0.2;
    const precondition = (side: Side): Precondition | undefined =>
      kind === "create" ? "absent" : kind === "swap" ? { version: pair[side] } : undefined;
    return {
      what: `${kind} ${bytes.length} bytes to ${key}`,
      play: async (on, side) => {
        const body = streamed ? streamOf(chunksOf(bytes, chunkSize)) : bytes;
        const options = { precondition: precondition(side) };
        return played(await on.write(key, body, options));
      },
    };
  }
}

async function playBoth(
  player: Player,
  [real, model]: readonly [real: StorageAdapter, model: StorageAdapter],
  operation: Operation,
) {
  const expected = await settle(operation.play(model, "model"));
  const actual = await settle(operation.play(real, "real"));
  assertEquals(actual.result, expected.result);
  player.observe(actual.infos, expected.infos);
}

async function agreesWithTheModel({ adapter, settings }: BehaviourContext) {
  const { operations, seed } = settings;
  const model = new MemoryAdapter({ capabilities: adapter.capabilities });
  const player = new Player(randomFrom(seed), model);
  for (let i = 0; i < operations; i++) {
    const operation = await player.next();
    try {
      await playBoth(player, [adapter, model], operation);
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      throw new AssertionError(
        `Operation ${i} of the seed ${seed}, ${operation.what}: ${why}`,
        { cause: error },
      );
    }
  }
}

/** The random operations, which have no number in the contract. */
export const model: readonly Behaviour[] = inGroup("Model", [{
  number: 0,
  name: "Random operations have the same results as on MemoryAdapter",
  run: agreesWithTheModel,
}]);
