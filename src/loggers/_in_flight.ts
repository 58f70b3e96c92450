/** The number of functions between flag() and a caller that flush() still waits for. */
const TURNS = 10;

/** Counts samples in flight. A set of promises would leave garbage that V8 keeps for a long time. */
export class InFlight {
  #count = 0;
  #idle: PromiseWithResolvers<void> | null = null;

  /** The number of samples in flight. */
  get count(): number {
    return this.#count;
  }

  /** Counts a promise until it settles. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#count++;
    promise.then(this.#done, this.#done);
    return promise;
  }

  /** Resolves when nothing is in flight. */
  async flush(): Promise<void> {
    while (this.#count > 0) {
      await (this.#idle ??= Promise.withResolvers()).promise;
      // A caller that waited for a sample can flag the next one first.
      for (let i = 0; i < TURNS; i++) await null;
    }
  }

  readonly #done = (): void => {
    if (--this.#count > 0) return;
    this.#idle?.resolve();
    this.#idle = null;
  };
}
