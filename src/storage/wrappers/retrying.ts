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

/** Options of {@linkcode retrying}. */
export interface RetryingOptions {
  /** How many times at the most something is sent again, a whole number. @default {5} */
  readonly times?: number | undefined;
  /** The longest first pause in milliseconds; later ones double, up to 5 seconds. @default {50} */
  readonly delayMs?: number | undefined;
  /**
   * The time in milliseconds after which nothing is sent again: since the call, or since a listing
   * or a body last gave something.
   *
   * @default {30_000}
   */
  readonly budgetMs?: number | undefined;
}

const LONGEST_PAUSE_MS = 5000;

/** Pauses before a repetition. Resolves with false if there is none, or a signal is aborted. */
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
    const valid = name === "times" ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (valid && value >= 0) continue;
    throw new RangeError(
      `Cannot retry as "${name}" must be a number from 0: current value is ${value}`,
    );
  }
  return limits;
}

/** Whether a call that failed so can be sent again without doing anything twice that matters. */
function mayBeSentAgain<T>(call: Call<T>, error: unknown): boolean {
  if (!isTransient(error) || call.body instanceof ReadableStream) return false;
  const isConditional = call.operation === "append" || call.precondition !== undefined;
  return !isConditional || (error as StorageError).outcome === "not-applied";
}

/** An error that says no more than is known of all attempts together. */
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
      // Whatever a later attempt says, this one has perhaps landed.
      const isKnown = isStorageError(error) && error.outcome === "not-applied";
      if (outcome !== undefined && !isKnown) outcome = "unknown";
      if (!mayBeSentAgain(call, error)) throw ofAll(error, outcome);
      if (await pause(backoff, call.signal)) continue;
      if (call.signal?.aborted) throw aborted(call.attempt, call.signal, outcome);
      throw ofAll(error, outcome);
    }
  }
}

/** The body of a read, taken up again where it failed; of the same version only. */
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
 * Wraps an adapter so that what fails for a moment (`Unavailable`, `RateLimited`, `TimedOut`,
 * `Corrupt`) is sent again, where that is safe:
 *
 * - `stat`, `read` and `list` are. A listing goes on behind its last key, a body behind its last
 *   byte, in the same version or not at all.
 * - `delete`, and a write of bytes without a precondition, are. They may be applied twice, and an
 *   attempt that was taken for lost may arrive late: give a precondition where others write, too.
 * - A write with a precondition and an append are only where the error says `"not-applied"`. What
 *   became of the others nobody knows, so they reject with the outcome `"unknown"` as ever: their
 *   second attempt could meet the first one's effect. The loggers settle that by reading.
 * - A streamed body is never.
 *
 * A call that fails in the end is `"not-applied"` only if every attempt was. Pauses are random and
 * end at once where the signal is aborted; a call takes at most the budget and its last attempt,
 * which `timed()` bounds: `retrying(timed(adapter, 5000))`.
 *
 * @param adapter The adapter to wrap; its name and capabilities are kept
 * @param options How often and how long
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
