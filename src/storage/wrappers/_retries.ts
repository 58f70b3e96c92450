/** How often and how long something is sent again. */
export interface RetryLimits {
  readonly times: number;
  readonly delayMs: number;
  readonly budgetMs: number;
}

const LONGEST_PAUSE_MS = 5000;

/** Sleeps, and wakes up early where one of the signals is aborted. */
function sleep(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    for (const signal of signals) signal.addEventListener("abort", wake);
  });
}

/** Counts what was sent again in one call, and pauses before, each time longer. */
export class Retries {
  readonly #limits: RetryLimits;
  readonly #until: number;
  #used = 0;

  /** Starts the clock. */
  constructor(limits: RetryLimits) {
    this.#limits = limits;
    this.#until = performance.now() + limits.budgetMs;
  }

  /**
   * Pauses, and resolves with true; with false, at once, where the limits are reached or a signal is
   * aborted. No pause reaches beyond the budget.
   */
  async pause(...given: readonly (AbortSignal | undefined)[]): Promise<boolean> {
    const { times, delayMs } = this.#limits;
    if (this.#used >= times) return false;
    // Random, so that clients that failed together do not come back together.
    const ms = Math.random() * Math.min(LONGEST_PAUSE_MS, delayMs * 2 ** this.#used++);
    if (performance.now() + ms > this.#until) return false;
    const signals = given.filter((signal) => signal !== undefined);
    await sleep(ms, signals);
    return !signals.some(({ aborted }) => aborted);
  }
}
