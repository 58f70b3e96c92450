import { aborted, type Attempt } from "./fail.ts";
import type { Outcome } from "../storage_error.ts";

/** Gives back a slot; to be called once. */
export type Release = () => void;

/** So many slots, given to those who wait in the order of their calls. */
export class Slots {
  #free: number;
  readonly #waiting: Set<() => void> = new Set();

  /** Makes so many slots. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot. Who is aborted leaves the queue at once, and never gets one. */
  async take(
    signal: AbortSignal | undefined,
    [attempt, outcome]: readonly [attempt: Attempt, outcome: Outcome | undefined],
  ): Promise<Release> {
    if (signal?.aborted) throw aborted(attempt, signal, outcome);
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal, () => aborted(attempt, signal!, outcome));
    return this.#giveBack;
  }

  #wait(signal: AbortSignal | undefined, error: () => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(go);
      };
      const go = () => (leave(), resolve());
      const onAbort = () => (leave(), reject(error()));
      signal?.addEventListener("abort", onAbort);
      this.#waiting.add(go);
    });
  }

  readonly #giveBack: Release = () => {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else next();
  };
}
