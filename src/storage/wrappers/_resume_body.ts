/** An open body, and the offset that it must reach. */
export interface Opened {
  readonly start: number;
  readonly end: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** How to continue a body after an error. */
export interface Resumption {
  /** Returns the body from an offset on, or rejects with the error for the reader. */
  readonly reopen: (
    at: number,
    failed: { readonly error: unknown; readonly cancelled: AbortSignal },
  ) => Promise<ReadableStream<Uint8Array>>;
  /** Called when bytes arrived. */
  readonly onProgress: () => void;
}

/** The bytes of a body. If it fails, it continues after the last byte that arrived. */
export function resumeBody(
  { start, end, body }: Opened,
  { reopen, onProgress }: Resumption,
): ReadableStream<Uint8Array> {
  const cancelled = new AbortController();
  let reader = body.getReader();
  let at = start;
  return new ReadableStream({
    async pull(controller) {
      while (!cancelled.signal.aborted) {
        try {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          at += value.length;
          onProgress();
          return controller.enqueue(value);
        } catch (error) {
          // An error after the last byte does not matter.
          if (at === end) return controller.close();
          reader = (await reopen(at, { error, cancelled: cancelled.signal })).getReader();
        }
      }
      await reader.cancel();
    },
    async cancel(reason) {
      cancelled.abort();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
