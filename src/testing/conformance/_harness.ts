import { concat } from "@std/bytes/concat";
export { concat };
import { assert, assertEquals, AssertionError } from "@std/assert";
import type {
  ListOptions,
  ObjectInfo,
  ReadOptions,
  StorageAdapter,
} from "../../storage/storage_adapter.ts";
import type { Outcome, StorageError, StorageErrorCode } from "../../storage/storage_error.ts";

/** Every documented code; a record, so that the compiler reports a missing one. */
const CODES: Readonly<Record<StorageErrorCode, true>> = {
  InvalidKey: true,
  InvalidArgument: true,
  Unsupported: true,
  Misconfigured: true,
  Conflict: true,
  RangeNotSatisfiable: true,
  PermissionDenied: true,
  NoSpace: true,
  TooLarge: true,
  RateLimited: true,
  Unavailable: true,
  TimedOut: true,
  Aborted: true,
  Corrupt: true,
  Unknown: true,
};

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder();

/** Returns the UTF-8 bytes of a text. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Returns random bytes, which compression or text handling would damage. */
export function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  // getRandomValues fills at most 64 KiB.
  for (let i = 0; i < size; i += 65536) {
    crypto.getRandomValues(bytes.subarray(i, i + 65536));
  }
  return bytes;
}

/** Splits bytes into chunks of this size. */
export function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const result: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += size) {
    result.push(bytes.slice(i, i + size));
  }
  return result;
}

/** Returns a stream of these chunks, one for each pull. */
export function streamOf(
  chunks: readonly Uint8Array[],
): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

/** Reads a stream to its end. */
export async function drain(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
  }
  return concat(chunks);
}

/** An object, or a part of it, read to its end. */
export interface Found {
  readonly info: ObjectInfo;
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads an object, or a part of it, to its end. Returns `null` if it is missing. */
export async function find(
  adapter: StorageAdapter,
  key: string,
  options?: ReadOptions,
): Promise<Found | null> {
  const result = await adapter.read(key, options);
  if (result === null) return null;
  const { info, start, end, body } = result;
  return { info, start, end, bytes: await drain(body) };
}

/** Reads an object that must exist. */
export async function get(
  adapter: StorageAdapter,
  key: string,
  options?: ReadOptions,
): Promise<Found> {
  const found = await find(adapter, key, options);
  assert(found !== null, `${JSON.stringify(key)} reads as missing`);
  return found;
}

/** Returns the text of an object that must exist. */
export async function getText(
  adapter: StorageAdapter,
  key: string,
): Promise<string> {
  return decoder.decode((await get(adapter, key)).bytes);
}

/** Writes a short text. */
export function putText(
  adapter: StorageAdapter,
  key: string,
  text: string,
): Promise<ObjectInfo> {
  return adapter.write(key, encode(text));
}

/** Asserts that bytes are equal. The message names the first difference, because a dump is long. */
export function assertBytes(
  actual: Uint8Array,
  expected: Uint8Array,
  what = "The body",
): void {
  assertEquals(actual.length, expected.length, `${what} has the wrong length`);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  assert(at === -1, `${what} differs from byte ${at}`);
}

/** Asserts that an object has these bytes, and that `stat` agrees with `read`. */
export async function assertStored(
  adapter: StorageAdapter,
  key: string,
  expected: Uint8Array | string,
): Promise<void> {
  const bytes = typeof expected === "string" ? encode(expected) : expected;
  const found = await get(adapter, key);
  assertBytes(found.bytes, bytes, `The body of ${JSON.stringify(key)}`);
  assertEquals(found.info.size, bytes.length);
  const stat = await adapter.stat(key);
  assertEquals(stat?.size, bytes.length);
  assertEquals(stat?.version, found.info.version);
}

/** Asserts that `stat`, `read` and `list` do not find an object. */
export async function assertMissing(
  adapter: StorageAdapter,
  key: string,
): Promise<void> {
  assertEquals(await adapter.stat(key), null, `stat finds ${key}`);
  assertEquals(await adapter.read(key), null, `read finds ${key}`);
  const listed = await listKeys(adapter, { prefix: key });
  assert(!listed.includes(key), `list finds ${key}`);
}

/** Returns all entries of a listing. */
export async function listAll(
  adapter: StorageAdapter,
  options?: ListOptions,
): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of adapter.list(options)) infos.push(info);
  return infos;
}

/** Returns all keys of a listing. */
export async function listKeys(
  adapter: StorageAdapter,
  options?: ListOptions,
): Promise<string[]> {
  return (await listAll(adapter, options)).map((info) => info.key);
}

/** Asserts that an error is a `StorageError`, from any copy of the class. */
export function assertStorageError(
  error: unknown,
): asserts error is StorageError {
  if (!(error instanceof Error) || error.name !== "StorageError") {
    throw new AssertionError(`Expected a StorageError: got ${error}`);
  }
  const { code } = error as StorageError;
  assert(Object.hasOwn(CODES, code), `The code ${code} is not documented`);
}

/** The expected refusal of a call. */
export interface Refusal {
  /** The accepted codes. */
  readonly code: StorageErrorCode | readonly StorageErrorCode[];
  /** The outcome, for a mutation. */
  readonly outcome?: Outcome;
  /** The call, for the message. */
  readonly what?: string;
}

/** Asserts that an action rejects as expected, and returns the error. */
export async function assertRefused(
  action: () => Promise<unknown>,
  { code, outcome, what = "it" }: Refusal,
): Promise<StorageError> {
  let promise: Promise<unknown>;
  try {
    promise = action();
  } catch (error) {
    throw new AssertionError(`Expected ${what} to reject: it threw ${error}`);
  }
  const error = await promise.then(
    () => {
      throw new AssertionError(`Expected ${what} to be refused: it resolved`);
    },
    (error: unknown) => error,
  );
  if (error instanceof AssertionError) throw error;
  assertStorageError(error);
  assert(
    [code].flat().includes(error.code),
    `Expected ${what} to be refused with ${code}: got ${error.code}, ${error.message}`,
  );
  if (outcome !== undefined) {
    assertEquals(error.outcome, outcome, `The outcome of ${what}`);
  }
  return error;
}

/** Asserts that a mutation is refused as a `Conflict` and was not applied. */
export function assertConflict(
  action: () => Promise<unknown>,
  what: string,
): Promise<StorageError> {
  return assertRefused(action, {
    code: "Conflict",
    outcome: "not-applied",
    what,
  });
}

/** Waits, so that other tasks can run. */
export function pause(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs an action for each number below `count`, 16 at a time. */
export async function forEachNumber(
  count: number,
  action: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await action(next++);
  };
  await Promise.all(Array.from({ length: Math.min(16, count) }, worker));
}
