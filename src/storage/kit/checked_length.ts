import { type Attempt, fail } from "./fail.ts";
import { watchBody } from "./watch_body.ts";

/** Options of {@linkcode checkedLength}. */
export interface CheckedLengthOptions {
  readonly attempt: Attempt;
  /** If it is aborted, the body errors with its reason. */
  readonly signal: AbortSignal | undefined;
  /** Called once when the body ended, failed or was cancelled. */
  readonly onEnd?: () => void;
  /** Returns the cause to report for an error of the source, such as a copy without secrets. */
  readonly causeOf?: (error: unknown) => unknown;
}

/** A body that errors with `Corrupt`, rather than ends, unless it has exactly this many bytes. */
export function checkedLength(
  body: ReadableStream<Uint8Array>,
  length: number,
  { attempt, signal, onEnd, causeOf = (error) => error }: CheckedLengthOptions,
): ReadableStream<Uint8Array> {
  let received = 0;
  const corrupt = (why: string, cause?: unknown): Error => {
    return fail(attempt, { code: "Corrupt", why: `the body ${why} of ${length} bytes`, cause });
  };
  return watchBody(body, {
    signal,
    onEnd: () => onEnd?.(),
    async next(read) {
      const chunk = await read().catch((error) => {
        throw signal?.aborted ? signal.reason : corrupt(`ended after ${received}`, causeOf(error));
      });
      if (!chunk.done) received += chunk.value.length;
      if (received > length) throw corrupt("has more than the announced end");
      const isShort = chunk.done && received < length && !signal?.aborted;
      if (isShort) throw corrupt(`ended after ${received}`);
      return chunk;
    },
  });
}
