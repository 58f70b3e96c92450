import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

/** The context of a call to R2. */
export interface R2Context {
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
  /** The outcome of a mutation without an answer; `undefined` for a call that changes nothing. */
  readonly unanswered?: Outcome | undefined;
}

/** Refusals, which change nothing: https://developers.cloudflare.com/r2/api/error-codes */
const REFUSALS: Readonly<Record<number, StorageErrorCode>> = {
  10002: "PermissionDenied",
  10003: "PermissionDenied",
  10005: "Misconfigured",
  10006: "Misconfigured",
  10012: "InvalidArgument",
  10018: "PermissionDenied",
  10020: "InvalidKey",
  10031: "Conflict",
  10035: "PermissionDenied",
  10039: "RangeNotSatisfiable",
  10042: "PermissionDenied",
  10069: "PermissionDenied",
  100100: "TooLarge",
};

/** Failures after which the outcome is unknown. */
const FAILURES: Readonly<Record<number, StorageErrorCode>> = {
  10001: "Unavailable",
  10013: "Unavailable",
  10043: "Unavailable",
  10054: "Unavailable",
  10058: "RateLimited",
};

/** Messages of the runtime, without a code, if it does not reach R2. */
const UNREACHED = /network|connection|internal error|timed? ?out/i;

/** R2's number at the end of a message such as `"put: … (10058)"`. */
export function r2Code(error: unknown): number | undefined {
  const [, code] = /\((\d+)\)\s*$/.exec(error instanceof Error ? error.message : "") ?? [];
  return code === undefined ? undefined : Number(code);
}

/** Translates an error of R2. */
export function r2Error(error: unknown, { attempt, unanswered }: R2Context): StorageError {
  if (error instanceof StorageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const number = r2Code(error);
  const refusal = number === undefined ? undefined : REFUSALS[number];
  const failure = number === undefined
    ? UNREACHED.test(message) ? "Unavailable" : undefined
    : FAILURES[number];
  return fail(attempt, {
    code: refusal ?? failure ?? "Unknown",
    why: `R2 said: ${message}`,
    outcome: unanswered && refusal ? "not-applied" : unanswered,
    cause: error,
  });
}

/**
 * Calls R2. The binding cannot be aborted: if the signal is, the call rejects, the outcome of a
 * mutation is unknown, and a late result goes to `onLate`.
 */
export async function ask<T>(
  context: R2Context,
  action: () => Promise<T>,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  const { attempt, signal, unanswered } = context;
  // Nothing is sent yet, so nothing is applied.
  if (signal?.aborted) throw aborted(attempt, signal, unanswered && "not-applied");
  const given = Promise.withResolvers<never>();
  const onAbort = () => given.reject(aborted(attempt, signal!, unanswered));
  signal?.addEventListener("abort", onAbort, { once: true });
  let isLate = true;
  const asking = action();
  try {
    const result = await Promise.race([asking, given.promise]);
    isLate = false;
    return result;
  } catch (error) {
    throw r2Error(error, context);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    if (isLate) asking.then(onLate, () => {});
  }
}
