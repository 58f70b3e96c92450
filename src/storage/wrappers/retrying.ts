import { delay } from "@std/async/delay";
import { defined } from "../kit/defined.ts";
import { aborted } from "../kit/fail.ts";
import { withOutcome } from "../outcome.ts";
import { resumeBody } from "./_resume_body.ts";
import { Backoff, type RetryOptions } from "../kit/backoff.ts";
import { type Call, listAttempt, notApplied, surround } from "./_wrapper.ts";
import type { SendList } from "./_wrapper.ts";
import type { ListOptions, ObjectInfo, ReadResult, StorageAdapter } from "../storage_adapter.ts";
import { isStorageError, isTransient, type Outcome, type StorageError } from "../storage_error.ts";

/**
 * Options of {@linkcode retrying}.
 *
 * @category Wrappers
 */
export interface RetryingOptions {
  /** The largest number of repetitions, a whole number. @default {5} */
  readonly times?: number | undefined;
  /** The longest first pause in milliseconds; later ones double, up to 5 seconds. @default {50} */
  readonly delayMs?: number | undefined;
  /**
   * The time in milliseconds after which nothing is repeated. It starts at the call, and again with
   * each object of a listing and each chunk of a body.
   *
   * @default {30_000}
   */
  readonly budgetMs?: number | undefined;
}

const LONGEST_PAUSE_MS = 5000;

/** Pauses before a repetition. Resolves with false if the limits are reached or a signal aborts. */
async function pause(
  backoff: Backoff,
  ...given: readonly (AbortSignal | undefined)[]
): Promise<boolean> {
  const ms = backoff.next();
  const signals = given.filter((signal) => signal !== undefined);
  if (ms === undefined || signals.some(({ aborted }) => aborted)) return false;
  const signal = signals.length < 2 ? signals[0] : AbortSignal.any(signals);
  return await delay(ms, defined({ signal })).then(() => true, () => false);
}

function limitsOf({ times = 5, delayMs = 50, budgetMs = 30_000 }: RetryingOptions): RetryOptions {
  const limits = { times, delayMs, budgetMs };
  for (const [name, value] of Object.entries(limits)) {
    const isWhole = name === "times";
    const valid = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (valid && value >= 0) continue;
    const what = isWhole ? "whole number" : "number";
    throw new RangeError(
      `Cannot retry: "${name}" is ${value}; pass a ${what} from 0`,
    );
  }
  return limits;
}

/** Whether a failed call can be repeated safely. */
function mayBeSentAgain<T>(call: Call<T>, error: unknown): boolean {
  if (!isTransient(error) || call.body instanceof ReadableStream) return false;
  const isConditional = /^(append|rewrite)$/.test(call.operation) ||
    call.precondition !== undefined;
  return !isConditional || (error as StorageError).outcome === "not-applied";
}

/** The error with the outcome of all attempts together. */
function ofAll(error: unknown, outcome: Outcome | undefined): unknown {
  return outcome === "unknown" ? withOutcome(error, outcome) : error;
}

async function sendAgain<T>(call: Call<T>, limits: RetryOptions): Promise<T> {
  const backoff = new Backoff(limits, LONGEST_PAUSE_MS);
  let outcome = notApplied(call);
  while (true) {
    try {
      return await call.send();
    } catch (error) {
      // This attempt may have landed, whatever a later one returns.
      const isKnown = isStorageError(error) && error.outcome === "not-applied";
      if (outcome !== undefined && !isKnown) outcome = "unknown";
      if (!mayBeSentAgain(call, error)) throw ofAll(error, outcome);
      if (await pause(backoff, call.signal)) continue;
      if (call.signal?.aborted) throw aborted(call.attempt, call.signal, outcome);
      throw ofAll(error, outcome);
    }
  }
}

/** The body of a read. If it fails, it continues at the same offset of the same version. */
function resume(
  call: Call<ReadResult | null>,
  { info, start, end, body }: ReadResult,
  limits: RetryOptions,
): ReadableStream<Uint8Array> {
  let backoff = new Backoff(limits, LONGEST_PAUSE_MS);
  return resumeBody({ start, end, body }, {
    onProgress: () => backoff = new Backoff(limits, LONGEST_PAUSE_MS),
    async reopen(at, { error, cancelled }) {
      while (isTransient(error) && await pause(backoff, call.signal, cancelled)) {
        try {
          const result = await call.send({
            range: { start: at, end },
            ifVersion: info.version,
          });
          if (result !== null) return result.body;
          break;
        } catch (again) {
          error = again;
        }
      }
      throw call.signal?.aborted ? call.signal.reason : error;
    },
  });
}

async function* listAgain(
  adapter: StorageAdapter,
  options: ListOptions,
  { send, limits }: { readonly send: SendList; readonly limits: RetryOptions },
): AsyncGenerator<ObjectInfo, void, undefined> {
  let { after, limit } = options;
  let backoff = new Backoff(limits, LONGEST_PAUSE_MS);
  while (true) {
    try {
      for await (const info of send({ ...options, after, limit })) {
        backoff = new Backoff(limits, LONGEST_PAUSE_MS);
        after = info.key;
        if (limit !== undefined) limit--;
        yield info;
      }
      return;
    } catch (error) {
      if (isTransient(error) && await pause(backoff, options.signal)) continue;
      const { signal } = options;
      throw isTransient(error) && signal?.aborted ? aborted(listAttempt(adapter), signal) : error;
    }
  }
}

/**
 * Wraps an adapter so that requests with a transient error (`Unavailable`, `RateLimited`, `TimedOut`,
 * `Corrupt`) are repeated if that is safe:
 *
 * - `stat`, `read` and `list` are repeated. A listing continues after its last key, and a body after
 *   its last byte if the object still has the same version.
 * - `delete`, and a write of bytes without a precondition, are repeated. They may be applied twice,
 *   and a lost attempt may arrive late: use a precondition if other writers exist.
 * - A write with a precondition, an append and a rewrite are repeated only if the error's outcome is
 *   `"not-applied"`. Otherwise they reject with the outcome `"unknown"`, because a second attempt
 *   could meet the first one's effect. The loggers resolve this by reading the object.
 * - A streamed body is never repeated.
 *
 * A call that finally fails is `"not-applied"` only if every attempt was. Pauses are random, and end
 * immediately when the signal is aborted. A call takes at most the budget and its last attempt, which
 * `timed()` limits: `retrying(timed(adapter, 5000))`.
 *
 * @param adapter The adapter to wrap; the wrapper has its name and capabilities
 * @param options The limits of the repetitions
 * @returns The wrapper
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { retrying } from "@flagstone/flagging/wrappers";
 * import { faulty } from "@flagstone/flagging/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const unsteady = faulty(new MemoryAdapter(), { lostRead: 0.5, lostRequest: 0.5 });
 * const storage = retrying(unsteady, { times: 50, delayMs: 1 });
 * await storage.write("a", new Uint8Array(3));
 * assertEquals((await storage.stat("a"))?.size, 3);
 * ```
 *
 * @category Wrappers
 */
export function retrying(adapter: StorageAdapter, options: RetryingOptions = {}): StorageAdapter {
  const limits = limitsOf(options);
  return surround(adapter, {
    call: (call) => sendAgain(call, limits),
    read: async (call) => {
      const result = await sendAgain(call, limits);
      return result && { ...result, body: resume(call, result, limits) };
    },
    list: (options, send) => listAgain(adapter, options, { send, limits }),
  });
}
