import type { ReadResult } from "./storage_adapter.ts";

const CHUNK_BYTES = 256 * 1024;

/** A reader that fills the caller's buffers, or `null` if the stream does not support it. */
function fillingReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/**
 * Yields the chunks of a read, for a caller that does not keep them. If the stream supports it, two
 * buffers are filled in turn, so that a chunk is overwritten after the next one is requested. A large
 * object then causes no garbage, and reading continues while the caller processes a chunk.
 */
export async function* passingChunks(
  { start, end, body }: Pick<ReadResult, "start" | "end" | "body">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = end - start > CHUNK_BYTES ? fillingReader(body) : null;
  if (reader === null) return yield* body;
  const fill = (buffer: Uint8Array<ArrayBuffer>) => {
    const filling = reader.read(buffer);
    filling.catch(() => {}); // the error is thrown when the chunk is requested
    return filling;
  };
  let reading = fill(new Uint8Array(CHUNK_BYTES));
  let spare = new Uint8Array(CHUNK_BYTES);
  try {
    while (true) {
      const { done, value } = await reading;
      if (done) return;
      reading = fill(spare);
      yield value;
      spare = new Uint8Array(value.buffer);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
