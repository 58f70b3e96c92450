import { aborted, type Attempt } from "../kit/fail.ts";
import { isStorageError, type Outcome } from "../storage_error.ts";

/** How long an adapter that hears of the end may take to say what became of its operation. */
const GRACE_MS = 10;

/** A time that waits must keep, and a signal that ends with it or with the caller's. */
export class Deadline {
  readonly #ms: number;
  readonly #outer: AbortSignal | undefined;
  readonly #controller: AbortController = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giveUp: () => void = () => {};
  #expired = false;
  #ended = false;

  /** Listens to the caller's signal; `end()` must follow. */
  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    this.#outer = outer;
    // By hand rather than by AbortSignal.any and AbortSignal.timeout: nothing outlives the call.
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** For the adapter. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time ran out. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Starts the time, or starts it anew. */
  start(): void {
    clearTimeout(this.#timer);
    if (!this.#expired && !this.#ended) this.#timer = setTimeout(this.#onExpiry, this.#ms);
  }

  /**
   * Does something that must keep the time, else rejects with `TimedOut` and this outcome.
   * What it gives behind its time goes to `onLate`.
   */
  async within<T>(
    [attempt, outcome]: readonly [attempt: Attempt, outcome?: Outcome | undefined],
    action: () => Promise<T>,
    onLate: (late: T) => void = () => {},
  ): Promise<T> {
    const over = Promise.withResolvers<never>();
    this.#giveUp = () => over.reject(aborted(attempt, this.signal, outcome));
    this.start();
    const running = action();
    let isLate = true;
    try {
      const result = await Promise.race([running, over.promise]);
      isLate = false;
      return result;
    } catch (error) {
      if (this.#expired && !isStorageError(error)) throw aborted(attempt, this.signal, outcome);
      throw error;
    } finally {
      clearTimeout(this.#timer);
      if (isLate) running.then(onLate, () => {});
    }
  }

  /** Leaves no timer and no listener behind. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason);

  readonly #onExpiry = (): void => {
    this.#expired = true;
    this.#controller.abort(new DOMException(`It took more than ${this.#ms} ms`, "TimeoutError"));
    this.#timer = setTimeout(this.#giveUp, GRACE_MS);
  };
}
