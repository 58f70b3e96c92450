/** How often and how long a logger tries again what may succeed later. */
export interface RetryOptions {
  /** How many times at the most; pauses are random, at most 2 seconds. @default {8} */
  readonly times?: number | undefined;
  /** The time in milliseconds after which nothing is tried again. @default {30_000} */
  readonly budgetMs?: number | undefined;
  /** The longest first pause in milliseconds; later ones double. @default {25} */
  readonly delayMs?: number | undefined;
}

const LONGEST_PAUSE_MS = 2000;

/** Counts tries and pauses between them, each time longer and never the same for two writers. */
export class Retries {
  readonly #times: number;
  readonly #delayMs: number;
  readonly #until: number;
  #used = 0;

  /** Starts the clock. */
  constructor({ times = 8, budgetMs = 30_000, delayMs = 25 }: RetryOptions = {}) {
    this.#times = times;
    this.#delayMs = delayMs;
    this.#until = Date.now() + budgetMs;
  }

  /** Pauses and resolves with true, or with false at once where everything is used up. */
  async pause(): Promise<boolean> {
    if (this.#used >= this.#times || Date.now() >= this.#until) return false;
    const longest = Math.min(LONGEST_PAUSE_MS, this.#delayMs * 2 ** this.#used++);
    await new Promise((done) => setTimeout(done, Math.random() * longest));
    return true;
  }

  /** Pauses a moment, so that one of many writers gets through; false where the time is used up. */
  async giveWay(): Promise<boolean> {
    await new Promise((done) => setTimeout(done, Math.random() * this.#delayMs));
    return Date.now() < this.#until;
  }

  /** Does what may be done again until it succeeds, or fails for good. */
  async patiently<T>(mayPass: (error: unknown) => boolean, action: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await action();
      } catch (error) {
        if (!mayPass(error) || !await this.pause()) throw error;
      }
    }
  }
}
