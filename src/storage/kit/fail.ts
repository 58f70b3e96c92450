import type { OperationOptions } from "../storage_adapter.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

/** Where a failure happened: enough to say what was tried. */
export interface Attempt {
  readonly adapter: string;
  readonly operation: string;
  readonly key?: string | undefined;
}

/** What a failure is. */
export interface Failure {
  readonly code: StorageErrorCode;
  readonly why: string;
  readonly outcome?: Outcome | undefined;
  readonly cause?: unknown;
}

/** A `StorageError` whose message says what was tried, on which key, and why it failed. */
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
