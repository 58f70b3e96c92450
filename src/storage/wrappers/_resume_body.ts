/** A body that was opened, and the offset that it must reach. */
export interface Opened {
  readonly start: number;
  readonly end: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** How a body is taken up again. */
export interface Resumption {
  /** Gives the body from an offset on, or rejects with the error that the body shall have. */
  readonly reopen: (
    at: number,
    failed: { readonly error: unknown; readonly cancelled: AbortSignal },
  ) => Promise<ReadableStream<Uint8Array>>;
  /** Told that bytes arrived. */
  readonly onProgress: () => void;
}

/** The bytes of a body, taken up again behind the last one that arrived where it fails. */
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
          // What failed behind the last byte failed nobody.
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
