/**
 * How often and how long a failed request is repeated.
 *
 * @category Loggers
 */
export interface RetryOptions {
  /** The largest number of repetitions. Pauses are random and at most 2 seconds. @default {8} */
  readonly times?: number | undefined;
  /** The time in milliseconds after which nothing is repeated. @default {30_000} */
  readonly budgetMs?: number | undefined;
  /** The longest first pause in milliseconds; later ones double. @default {25} */
  readonly delayMs?: number | undefined;
}

/** Counts repetitions and chooses pauses: each longer, and never the same for two writers. */
export class Backoff {
  readonly #times: number;
  readonly #delayMs: number;
  readonly #longestMs: number;
  readonly #until: number;
  #used = 0;

  /** Starts the budget. It runs by `performance.now()`, which a change of the clock does not affect. */
  constructor(
    { times = 8, budgetMs = 30_000, delayMs = 25 }: RetryOptions = {},
    longestMs: number = 2000,
  ) {
    this.#times = times;
    this.#delayMs = delayMs;
    this.#longestMs = longestMs;
    this.#until = performance.now() + budgetMs;
  }

  /** The next pause in milliseconds, or `undefined` if the limits are reached. */
  next(): number | undefined {
    if (this.#used >= this.#times) return undefined;
    return this.#affordable(Math.min(this.#longestMs, this.#delayMs * 2 ** this.#used++));
  }

  /** Pauses and resolves with true, or with false at once if the limits are reached. */
  pause(): Promise<boolean> {
    return slept(this.next());
  }

  /** Pauses briefly, so that another writer gets through; false if the budget is used up. */
  giveWay(): Promise<boolean> {
    return slept(this.#affordable(this.#delayMs));
  }

  /** Repeats an action, as long as its error may pass, until it succeeds or the limits are reached. */
  async repeat<T>(mayPass: (error: unknown) => boolean, action: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await action();
      } catch (error) {
        if (!mayPass(error) || !await this.pause()) throw error;
      }
    }
  }

  #affordable(longestMs: number): number | undefined {
    const ms = Math.random() * longestMs;
    return performance.now() + ms > this.#until ? undefined : ms;
  }
}

async function slept(ms: number | undefined): Promise<boolean> {
  if (ms === undefined) return false;
  await new Promise((done) => setTimeout(done, ms));
  return true;
}
