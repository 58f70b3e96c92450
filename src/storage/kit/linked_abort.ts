/**
 * An abort controller that follows the caller's signal until it is unlinked. A caller's signal may
 * live long, and some runtimes leave listeners on a signal that is passed to `fetch`.
 */
export class LinkedAbort {
  readonly #controller: AbortController = new AbortController();
  readonly #source: AbortSignal | undefined;
  readonly #follow = (): void => this.#controller.abort(this.#source?.reason);

  /** Follows a signal, if there is one. */
  constructor(source: AbortSignal | undefined) {
    this.#source = source;
    if (source?.aborted) this.#follow();
    else source?.addEventListener("abort", this.#follow, { once: true });
  }

  /** The signal, aborted with the caller's signal or by {@linkcode abort}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts with a reason. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Stops following the caller's signal. */
  unlink(): void {
    this.#source?.removeEventListener("abort", this.#follow);
  }
}
