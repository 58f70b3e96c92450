import type { StorageError } from "../../storage/storage_error.ts";

/** Returns a body that comes in small chunks, or that fails after some bytes. */
export function spoil(
  body: ReadableStream<Uint8Array>,
  { chop, breakAt, error }: {
    readonly chop: () => number;
    readonly breakAt: number;
    readonly error: StorageError;
  },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let chunk: Uint8Array = new Uint8Array();
  let given = 0;
  return new ReadableStream({
    async pull(controller) {
      while (chunk.length === 0) {
        const { done, value } = await reader.read();
        // A body that ends before the point of failure fails at its end.
        if (done && breakAt === Infinity) return controller.close();
        if (done) return controller.error(error);
        chunk = value;
      }
      if (given >= breakAt) {
        controller.error(error);
        return await reader.cancel(error);
      }
      const length = Math.min(chop(), chunk.length, breakAt - given);
      controller.enqueue(chunk.subarray(0, length));
      chunk = chunk.subarray(length);
      given += length;
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
