import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

/** What is asked of R2, by whom. */
export interface R2Context {
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
  /** The outcome of a mutation of which nothing is heard; `undefined` for what changes nothing. */
  readonly unheard?: Outcome | undefined;
}

/** https://developers.cloudflare.com/r2/api/error-codes: refusals, which change nothing. */
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

/** Failures of which nobody knows how far the operation came. */
const FAILURES: Readonly<Record<number, StorageErrorCode>> = {
  10001: "Unavailable",
  10013: "Unavailable",
  10043: "Unavailable",
  10054: "Unavailable",
  10058: "RateLimited",
};

/** What the runtime says, without a code, where it does not reach R2. */
const UNREACHED = /network|connection|internal error|timed? ?out/i;

/** R2's number at the end of a message such as `"put: … (10058)"`. */
export function r2Code(error: unknown): number | undefined {
  const [, code] = /\((\d+)\)\s*$/.exec(error instanceof Error ? error.message : "") ?? [];
  return code === undefined ? undefined : Number(code);
}

/** What R2 threw, as an error of the contract. */
export function r2Error(error: unknown, { attempt, unheard }: R2Context): StorageError {
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
    outcome: unheard && refusal ? "not-applied" : unheard,
    cause: error,
  });
}

/**
 * Asks R2. The binding cannot be told to stop: where the signal is aborted, the caller need not wait,
 * and nobody knows what becomes of a mutation. What comes too late goes to `onLate`.
 */
export async function ask<T>(
  context: R2Context,
  action: () => Promise<T>,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  const { attempt, signal, unheard } = context;
  // Before anything is asked: nothing is applied.
  if (signal?.aborted) throw aborted(attempt, signal, unheard && "not-applied");
  const given = Promise.withResolvers<never>();
  const onAbort = () => given.reject(aborted(attempt, signal!, unheard));
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
