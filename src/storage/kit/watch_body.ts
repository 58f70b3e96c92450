/** What a body gives next. */
export type Chunk = ReadableStreamReadResult<Uint8Array>;

/** What happens around a body on its way. */
export interface Watch {
  /** Surrounds the wait for each chunk. */
  readonly next?: (read: () => Promise<Chunk>) => Promise<Chunk>;
  /** Called once, when the body ended, failed, or was cancelled (then without an error). */
  readonly onEnd?: (error?: unknown) => void;
  /** Its abort ends the body with its reason, also where nobody reads on. */
  readonly signal?: AbortSignal | undefined;
}

/** The same bytes and errors, taken from a body only as they are asked for, with each step watched. */
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
    // Not awaited: it may never answer.
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
      // Only now, so that a body that is refused before it is read stays its owner's.
      const from = reader ??= body.getReader();
      try {
        const { done, value } = await next(() => from.read());
        if (ended) return; // aborted or cancelled while it waited
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
