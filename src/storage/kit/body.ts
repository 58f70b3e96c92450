import { concat } from "@std/bytes/concat";
import type { WriteCall } from "./driver_calls.ts";
import { aborted, type Attempt, invalid, refusal } from "./fail.ts";
import { isWhole } from "./range.ts";
import { StorageError } from "../storage_error.ts";

function wrongSize(attempt: Attempt, expected: number, actual: string): StorageError {
  return invalid(attempt, `its body has ${actual} bytes and its size was given as ${expected}`);
}

/**
 * The part of a call that reading its body needs.
 *
 * @category Adapter authors
 */
export type BodyCall = Pick<WriteCall, "body" | "size" | "signal" | "attempt" | "maxBytes">;

/** Refuses a body that is neither bytes nor a stream, and a size that cannot be the body's. */
export function validateBody(call: BodyCall): void {
  const { body, size, attempt } = call;
  const isBytes = body instanceof Uint8Array;
  if (!isBytes && !(body instanceof ReadableStream)) {
    throw invalid(attempt, "its body must be a Uint8Array or a ReadableStream");
  }
  if (size !== undefined && !isWhole(size)) {
    throw invalid(attempt, `its size must be a whole number of bytes: current value is ${size}`);
  }
  const length = isBytes ? body.length : size ?? 0;
  if (size !== undefined && length !== size) throw wrongSize(attempt, size, `${length}`);
  refuseTooLarge(length, call);
}

// Not by abortable() of @std: it also takes iterables, which adds 140 bytes to the core.
function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  if (signal === undefined) return reader.read();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    reader.read().then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Refuses a body that is longer than the adapter's capabilities allow. */
export function refuseTooLarge(
  size: number,
  { maxBytes = Infinity, attempt }: Pick<BodyCall, "maxBytes" | "attempt">,
): void {
  if (size <= maxBytes) return;
  const why = `objects must not exceed ${maxBytes} bytes`;
  throw refusal(attempt, "TooLarge", why);
}

/**
 * Yields the chunks of a call's body. If the source fails, the signal is aborted, or the body does
 * not have the announced size, it throws a `StorageError` with the outcome `"not-applied"`: so commit
 * only after the last chunk.
 *
 * @category Adapter authors
 */
export async function* bodyChunks(call: BodyCall): AsyncGenerator<Uint8Array, void, undefined> {
  const { body, signal, size, attempt } = call;
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  if (body.locked) {
    throw invalid(attempt, "its body is locked to another reader");
  }
  const reader = body.getReader();
  let length = 0;
  let finished = false;
  try {
    while (true) {
      if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
      const { done, value } = await nextChunk(reader, signal);
      if (done) break;
      if (!(value instanceof Uint8Array)) throw new TypeError("a chunk is not a Uint8Array");
      length += value.length;
      if (size !== undefined && length > size) {
        throw wrongSize(attempt, size, `${length} or more`);
      }
      refuseTooLarge(length, call);
      yield value;
    }
    if (size !== undefined && length !== size) throw wrongSize(attempt, size, `${length}`);
    finished = true;
  } catch (error) {
    if (error instanceof StorageError) throw error;
    if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
    const why = `its body failed: ${error instanceof Error ? error.message : error}`;
    throw invalid(attempt, why, error);
  } finally {
    // Not awaited: a source may never answer, and the write is over either way.
    if (!finished) reader.cancel().catch(() => {});
    else reader.releaseLock();
  }
}

/**
 * Returns the bytes of a call's body, as {@linkcode bodyChunks} yields them. If the body is a
 * `Uint8Array` it is the caller's own: copy it before you keep it.
 *
 * @category Adapter authors
 */
export async function bodyBytes(call: BodyCall): Promise<Uint8Array> {
  if (call.body instanceof Uint8Array) return call.body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(call)) chunks.push(chunk.slice());
  return concat(chunks);
}
