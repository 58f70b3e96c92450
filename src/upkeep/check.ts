import { listed, toPrefix } from "./_keys.ts";
import type { Place } from "./copy.ts";

/** How an object of two directories compares, as `rclone check --combined` says it. */
export interface Comparison {
  /**
   * `=` equal, `+` only in the first, `-` only in the second, `*` different, `!` it could not be read.
   */
  readonly status: "=" | "+" | "-" | "*" | "!";
  /** The key below the directories. */
  readonly name: string;
}

/** Options of {@linkcode check}. */
export interface CheckOptions {
  /** Whether objects that are only in the second directory are passed over. @default {false} */
  readonly oneWay?: boolean | undefined;
  /** Whether bytes are compared, and not only sizes. @default {false} */
  readonly download?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Compares the objects of two directories. Changes nothing. */
export async function* check(
  first: Place,
  second: Place,
  { oneWay = false, download = false, signal }: CheckOptions = {},
): AsyncGenerator<Comparison, void, undefined> {
  const [a, b] = await Promise.all([sizesIn(first), sizesIn(second)]);
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  for (const name of names) {
    signal?.throwIfAborted();
    const [own, other] = [a.get(name), b.get(name)];
    if (own === undefined) {
      if (!oneWay) yield { status: "-", name };
    } else if (other === undefined) yield { status: "+", name };
    else if (own !== other) yield { status: "*", name };
    else yield { status: download ? await compared(first, second, name) : "=", name };
  }
}

async function sizesIn({ storage, directory }: Place): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { name, size, kind } of listed(storage, toPrefix(directory))) {
    if (kind !== "internal") sizes.set(name, size);
  }
  return sizes;
}

async function compared(first: Place, second: Place, name: string): Promise<"=" | "*" | "!"> {
  try {
    const [a, b] = await Promise.all([chunksOf(first, name), chunksOf(second, name)]);
    return await areEqual(a, b) ? "=" : "*";
  } catch {
    return "!";
  }
}

async function chunksOf(
  { storage, directory }: Place,
  name: string,
): Promise<ReadableStream<Uint8Array>> {
  const found = await storage.read(toPrefix(directory) + name);
  if (found === null) throw new Error("It was removed meanwhile");
  return found.body;
}

/** Compares two streams, in memory of one chunk of each. */
async function areEqual(
  a: ReadableStream<Uint8Array>,
  b: ReadableStream<Uint8Array>,
): Promise<boolean> {
  const [one, other] = [a.getReader(), b.getReader()];
  let [left, right] = [new Uint8Array(), new Uint8Array()];
  let isOver = [false, false];
  const refill = async () => {
    while (left.length === 0 && !isOver[0]) {
      const { done, value } = await one.read();
      if (done) isOver = [true, isOver[1]!];
      else left = value as Uint8Array<ArrayBuffer>;
    }
    while (right.length === 0 && !isOver[1]) {
      const { done, value } = await other.read();
      if (done) isOver = [isOver[0]!, true];
      else right = value as Uint8Array<ArrayBuffer>;
    }
  };
  try {
    while (true) {
      await refill();
      const length = Math.min(left.length, right.length);
      if (length === 0) return left.length === right.length;
      for (let i = 0; i < length; i++) if (left[i] !== right[i]) return false;
      left = left.subarray(length);
      right = right.subarray(length);
    }
  } finally {
    await Promise.all([one.cancel(), other.cancel()]);
  }
}
