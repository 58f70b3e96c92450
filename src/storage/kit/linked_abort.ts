/**
 * An abort of our own that follows the caller's signal until it is unlinked: runtimes differ in what
 * they leave behind on a signal that is given to `fetch`, and a caller's signal may live for long.
 */
export class LinkedAbort {
  readonly #controller: AbortController = new AbortController();
  readonly #source: AbortSignal | undefined;
  readonly #follow = (): void => this.#controller.abort(this.#source?.reason);

  /** Follows a signal, where there is one. */
  constructor(source: AbortSignal | undefined) {
    this.#source = source;
    if (source?.aborted) this.#follow();
    else source?.addEventListener("abort", this.#follow, { once: true });
  }

  /** What is aborted with the caller's signal, or by {@linkcode abort}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts, for a reason of our own. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Follows the caller's signal no more. */
  unlink(): void {
    this.#source?.removeEventListener("abort", this.#follow);
  }
}
