/** The next chunk of a body, or its end. */
export type Chunk = ReadableStreamReadResult<Uint8Array>;

/** Callbacks around the chunks of a body. */
export interface Watch {
  /** Surrounds the wait for each chunk. */
  readonly next?: (read: () => Promise<Chunk>) => Promise<Chunk>;
  /** Called once when the body ended, failed, or was cancelled (then without an error). */
  readonly onEnd?: (error?: unknown) => void;
  /** If it is aborted, the body errors with its reason, even if nothing is being read. */
  readonly signal?: AbortSignal | undefined;
}

/** Returns a body with the same bytes and errors, which reads the source only on demand. */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  { next = (read) => read(), onEnd, signal }: Watch,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let onAbort = () => {};
  let ended = false;

  const end = (error?: unknown) => {
    if (ended) return;
    ended = true;
    signal?.removeEventListener("abort", onAbort);
    onEnd?.(error);
  };
  const fail = (error: unknown) => {
    end(error);
    // Not awaited: the source may never answer.
    (reader ?? body).cancel(error).catch(() => {});
  };

  return new ReadableStream({
    start(controller) {
      onAbort = () => {
        fail(signal?.reason);
        controller.error(signal?.reason);
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      // Locked only now, so that the caller can still use a body that is refused before it is read.
      const from = reader ??= body.getReader();
      try {
        const { done, value } = await next(() => from.read());
        if (ended) return; // aborted or cancelled while waiting
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    async cancel(reason) {
      end();
      await (reader ?? body).cancel(reason);
    },
  }, { highWaterMark: 0 });
}
