import { aborted, type Attempt } from "./fail.ts";
import { isStorageError, type Outcome } from "../storage_error.ts";

/** The time that an adapter has to report its outcome after its signal was aborted. */
const GRACE_MS = 10;

/** A time limit, and a signal that is aborted with it or with the caller's signal. */
export class Deadline {
  #ms: number;
  readonly #outer: AbortSignal | undefined;
  readonly #controller: AbortController = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giveUp: () => void = () => {};
  #expired = false;
  #ended = false;

  /** Listens to the caller's signal until `end()` is called. */
  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#ms = ms;
    this.#outer = outer;
    // Not by AbortSignal.any and AbortSignal.timeout: nothing may outlive the call.
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The signal for the adapter. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time is up. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Starts the time, or restarts it, with this limit from now on. */
  start(ms: number = this.#ms): void {
    this.#ms = ms;
    clearTimeout(this.#timer);
    if (!this.#expired && !this.#ended) this.#timer = setTimeout(this.#onExpiry, this.#ms);
  }

  /**
   * Runs an action. If it takes longer, rejects with `TimedOut` and this outcome, and passes its late
   * result to `onLate`.
   */
  async within<T>(
    { attempt, outcome }: { readonly attempt: Attempt; readonly outcome?: Outcome | undefined },
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

  /** Removes the timer and the listener. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason);

  readonly #onExpiry = (): void => {
    this.#expired = true;
    this.#controller.abort(
      new DOMException(`It took more than ${Math.ceil(this.#ms)} ms`, "TimeoutError"),
    );
    this.#timer = setTimeout(this.#giveUp, GRACE_MS);
  };
}
