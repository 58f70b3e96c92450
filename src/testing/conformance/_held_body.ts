/** A streamed body that stops in the middle until it is told how to go on. */
export interface HeldBody {
  /** The body. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Resolves when all that was given has been taken and more is asked for. */
  readonly reached: Promise<void>;
  /** Gives the rest and ends the body. */
  readonly finish: (rest?: Uint8Array) => void;
  /** Makes the source fail. */
  readonly fail: (error: unknown) => void;
}

/** A body that gives these chunks and then waits. */
export function heldBody(chunks: readonly Uint8Array[]): HeldBody {
  const reached = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<Uint8Array | undefined>();
  // A source may fail that nobody asks for more.
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

/** Waits until a write has taken what the body gave, or is over, and swallows no error of it. */
export async function underWay(
  held: HeldBody,
  writing: Promise<unknown>,
): Promise<void> {
  await Promise.race([held.reached, writing.catch(() => {})]);
}
