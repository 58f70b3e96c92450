import type { ReadResult } from "./storage_adapter.ts";

const CHUNK_BYTES = 256 * 1024;

/** A reader that fills buffers of its caller's, or `null` where the stream knows no such thing. */
function fillingReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/**
 * The chunks of what is read, for a caller that keeps none: where the stream can, each one is void
 * once the next is asked for, as two buffers are filled in turn. A large object then leaves no
 * garbage, and is read on while the caller looks at what it has.
 */
export async function* passingChunks(
  { start, end, body }: Pick<ReadResult, "start" | "end" | "body">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = end - start > CHUNK_BYTES ? fillingReader(body) : null;
  if (reader === null) return yield* body;
  const fill = (buffer: Uint8Array<ArrayBuffer>) => {
    const filling = reader.read(buffer);
    filling.catch(() => {}); // whoever looks at a chunk, or stopped, does not hear of it yet
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
