import { type Attempt, fail } from "../kit/fail.ts";

const CHUNK_BYTES = 64 * 1024;

/**
 * Streams the bytes of an open file from `start` to `end`. It is closed at the end, on an error, and when
 * the reader cancels. Readers may pass their own buffers.
 */
export function streamFile(
  file: Deno.FsFile,
  start: number,
  end: number,
  attempt: Attempt,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let position = start;
  let onAbort: (() => void) | undefined;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    file.close();
  }

  return new ReadableStream({
    type: "bytes",
    start(controller) {
      if (start >= end) {
        close();
        controller.close();
        return;
      }
      file.seekSync(start, Deno.SeekMode.Start);
      onAbort = () => {
        close();
        controller.error(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      const request = controller.byobRequest;
      const most = Math.min(request?.view?.byteLength ?? CHUNK_BYTES, end - position);
      const { buffer: bytes, byteOffset } = request?.view ?? new Uint8Array(most);
      const buffer = new Uint8Array(bytes, byteOffset, most);
      const read = await file.read(buffer).catch((error) => {
        if (closed) return undefined; // aborted while it read
        close();
        throw error;
      });
      if (closed || read === undefined) return;
      if (read === null) {
        close();
        throw fail(attempt, {
          code: "Corrupt",
          why: `the file ends at ${position} and not at ${end}`,
        });
      }
      position += read;
      if (request === null) controller.enqueue(buffer.subarray(0, read));
      else request.respond(read);
      if (position < end) return;
      close();
      controller.close();
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
