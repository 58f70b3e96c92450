import { defined } from "./defined.ts";
import type { OperationOptions } from "../storage_adapter.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

/**
 * The operation that failed, for the message of its error.
 *
 * @category Adapter authors
 */
export interface Attempt {
  /** The name of the adapter. */
  readonly adapter: string;
  /** The operation as a verb, such as `"write"` or `"append to"`. */
  readonly operation: string;
  /** The caller's key, if the operation has one. */
  readonly key?: string | undefined;
}

/**
 * Why an operation failed.
 *
 * @category Adapter authors
 */
export interface Failure {
  /** The code of the error. */
  readonly code: StorageErrorCode;
  /** The reason, as the end of the sentence "Cannot write ... as". */
  readonly why: string;
  /** For a mutation: whether it may have happened. */
  readonly outcome?: Outcome | undefined;
  /** The error of the underlying system. */
  readonly cause?: unknown;
}

/**
 * Creates a `StorageError` whose message names the operation, the key and the reason.
 *
 * @category Adapter authors
 */
export function fail(attempt: Attempt, failure: Failure): StorageError {
  const { adapter, operation, key } = attempt;
  const subject = key === undefined ? "" : ` ${JSON.stringify(key)}`;
  return new StorageError(`Cannot ${operation}${subject} as ${failure.why}`, {
    adapter,
    key,
    code: failure.code,
    outcome: failure.outcome,
    ...defined({ cause: failure.cause }),
  });
}

/** Creates the error of a call that is refused before it has any effect. */
export function refusal(attempt: Attempt, code: StorageErrorCode, why: string): StorageError {
  return fail(attempt, { code, why, outcome: "not-applied" });
}

/** Creates the error of a call with an invalid argument, which has no effect. */
export function invalid(attempt: Attempt, why: string, cause?: unknown): StorageError {
  return fail(attempt, { code: "InvalidArgument", why, outcome: "not-applied", cause });
}

/** Creates the error of an aborted signal: `TimedOut` for a timeout, `Aborted` otherwise. */
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

/** Throws if the signal of an operation is already aborted. */
export function refuseAborted(
  attempt: Attempt,
  options: OperationOptions | undefined,
): void {
  const signal = options?.signal;
  if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
}
