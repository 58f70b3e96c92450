import type { OperationOptions } from "../storage_adapter.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

/**
 * The operation that failed, for messages.
 *
 * @category Drivers
 */
export interface Attempt {
  /** The adapter's name. */
  readonly adapter: string;
  /** The operation as a verb, such as `"write"` or `"append to"`. */
  readonly operation: string;
  /** The caller's key, if the operation has one. */
  readonly key?: string | undefined;
}

/**
 * What went wrong, and why.
 *
 * @category Drivers
 */
export interface Failure {
  /** The code to branch on. */
  readonly code: StorageErrorCode;
  /** The reason, which continues "Cannot write "a" as …". */
  readonly why: string;
  /** For a mutation: whether it may have happened. */
  readonly outcome?: Outcome | undefined;
  /** The error of the system below. */
  readonly cause?: unknown;
}

/**
 * Creates a `StorageError` whose message says what was tried, on which key, and why it failed.
 *
 * @category Drivers
 */
export function fail(attempt: Attempt, failure: Failure): StorageError {
  const { adapter, operation, key } = attempt;
  const subject = key === undefined ? "" : ` ${JSON.stringify(key)}`;
  return new StorageError(`Cannot ${operation}${subject} as ${failure.why}`, {
    adapter,
    key,
    code: failure.code,
    outcome: failure.outcome,
    ...(failure.cause === undefined ? {} : { cause: failure.cause }),
  });
}

/** The error of a call that is refused: nothing was applied. */
export function refusal(attempt: Attempt, code: StorageErrorCode, why: string): StorageError {
  return fail(attempt, { code, why, outcome: "not-applied" });
}

/** The error of an aborted signal: `TimedOut` if it was a timeout's, else `Aborted`. */
export function aborted(
  attempt: Attempt,
  signal: AbortSignal,
  outcome?: Outcome,
): StorageError {
  const timedOut = signal.reason instanceof DOMException &&
    signal.reason.name === "TimeoutError";
  return fail(attempt, {
    code: timedOut ? "TimedOut" : "Aborted",
    why: timedOut ? "its time ran out" : "its signal was aborted",
    outcome,
    cause: signal.reason,
  });
}

/** Rejects an operation whose signal was aborted before it began. */
export function refuseAborted(
  attempt: Attempt,
  options: OperationOptions | undefined,
): void {
  const signal = options?.signal;
  if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
}
