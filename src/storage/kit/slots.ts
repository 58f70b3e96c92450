import { aborted, type Attempt } from "./fail.ts";
import type { Outcome } from "../storage_error.ts";

/** Returns a slot. Call it once. */
export type Release = () => void;

/** A number of slots, which waiters get in the order of their calls. */
export class Slots {
  readonly #count: number;
  #free: number;
  readonly #waiting: Set<() => void> = new Set();

  /** Creates this number of slots. */
  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  /** Whether all slots are free. */
  get isIdle(): boolean {
    return this.#free === this.#count;
  }

  /** Takes a slot if one is free. Return it by `giveBack()`. */
  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** Waits for a slot. An aborted waiter leaves the queue immediately. */
  async take(
    signal: AbortSignal | undefined,
    { attempt, outcome }: { readonly attempt: Attempt; readonly outcome?: Outcome | undefined },
  ): Promise<Release> {
    if (signal?.aborted) throw aborted(attempt, signal, outcome);
    if (!this.tryTake()) await this.#wait(signal, () => aborted(attempt, signal!, outcome));
    return this.giveBack;
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

  /** Returns a slot, to the first waiter if there is one. */
  readonly giveBack: Release = () => {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else next();
  };
}
