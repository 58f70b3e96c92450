import { aborted, type Attempt, fail } from "./fail.ts";
import type { WriteBody, WriteOptions } from "../storage_adapter.ts";
import { StorageError } from "../storage_error.ts";

function wrongSize(
  attempt: Attempt,
  expected: number,
  actual: string,
): StorageError {
  return fail(attempt, {
    code: "InvalidArgument",
    why: `its body has ${actual} bytes and its size was given as ${expected}`,
    outcome: "not-applied",
  });
}

/** Refuses a body that is neither bytes nor a stream, and a size that cannot be the body's. */
export function validateBody(
  body: WriteBody,
  options: WriteOptions | undefined,
  attempt: Attempt,
): void {
  const size = options?.size;
  const isBytes = body instanceof Uint8Array;
  if (!isBytes && !(body instanceof ReadableStream)) {
    throw fail(attempt, {
      code: "InvalidArgument",
      why: "its body must be a Uint8Array or a ReadableStream",
      outcome: "not-applied",
    });
  }
  if (size === undefined) return;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw fail(attempt, {
      code: "InvalidArgument",
      why: `its size must be a whole number of bytes: current value is ${size}`,
      outcome: "not-applied",
    });
  }
  if (isBytes && body.length !== size) {
    throw wrongSize(attempt, size, `${body.length}`);
  }
}

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

/**
 * The chunks of a body, with its size and its signal watched. A source that fails, an abort or a
 * wrong size ends in a `StorageError` that is `"not-applied"`: the caller commits only behind it.
 */
export async function* chunksOf(
  body: WriteBody,
  options: WriteOptions | undefined,
  attempt: Attempt,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  const { signal, size } = options ?? {};
  if (body.locked) {
    const why = "its body is locked to another reader";
    throw fail(attempt, { code: "InvalidArgument", why, outcome: "not-applied" });
  }
  const reader = body.getReader();
  let length = 0;
  let finished = false;
  try {
    while (true) {
      if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
      const { done, value } = await nextChunk(reader, signal);
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError("a chunk is no Uint8Array");
      }
      length += value.length;
      if (size !== undefined && length > size) {
        throw wrongSize(attempt, size, `${length} or more`);
      }
      yield value;
    }
    if (size !== undefined && length !== size) {
      throw wrongSize(attempt, size, `${length}`);
    }
    finished = true;
  } catch (error) {
    if (error instanceof StorageError) throw error;
    if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
    const why = `its body failed: ${error instanceof Error ? error.message : error}`;
    throw fail(attempt, {
      code: "InvalidArgument",
      why,
      outcome: "not-applied",
      cause: error,
    });
  } finally {
    // Not awaited: a source may never answer, and the write is over in any case.
    if (!finished) reader.cancel().catch(() => {});
    else reader.releaseLock();
  }
}
