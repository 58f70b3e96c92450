/** A streamed body that stops in the middle until the test finishes it or fails it. */
export interface HeldBody {
  /** The body. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Resolves when the first chunks have been read and more is requested. */
  readonly reached: Promise<void>;
  /** Ends the body, after the rest if there is one. */
  readonly finish: (rest?: Uint8Array) => void;
  /** Makes the source fail. */
  readonly fail: (error: unknown) => void;
}

/** Returns a body that has these chunks and then waits. */
export function heldBody(chunks: readonly Uint8Array[]): HeldBody {
  const reached = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<Uint8Array | undefined>();
  // The source may fail before anything is requested from it.
  rest.promise.catch(() => {});
  const given = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = given.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      reached.resolve();
      const last = await rest.promise;
      if (last !== undefined) controller.enqueue(last);
      controller.close();
    },
  }, { highWaterMark: 0 });
  return {
    stream,
    reached: reached.promise,
    finish: rest.resolve,
    fail: rest.reject,
  };
}

/**
 * Waits until a write has read the first chunks or has settled. The caller still handles its error.
 */
export async function underWay(
  held: HeldBody,
  writing: Promise<unknown>,
): Promise<void> {
  await Promise.race([held.reached, writing.catch(() => {})]);
}
