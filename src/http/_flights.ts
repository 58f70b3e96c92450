import { isUnknown } from "../storage/outcome.ts";
import { refusal } from "./_refusal.ts";

const MAX_KNOWN = 10_000;

interface Flight<T> {
  readonly fingerprint: string;
  readonly promise: Promise<T>;
}

/** A verdict, and whether an earlier request saved it. */
export interface Landed<T> {
  readonly result: T;
  readonly isReplay: boolean;
}

/**
 * The requests of this process or isolate, by their ids. Two with one id at a time share one end, and a
 * different request with the id of an earlier one is refused. A failure is forgotten, unless the row may
 * be there.
 */
export class Flights<T> {
  readonly #running: Map<string, Flight<T>> = new Map();
  /** The fingerprints of requests, the oldest first. */
  readonly #known: Map<string, string> = new Map();

  /** Runs the request, or waits for the one that runs. */
  async run(
    { id, fingerprint }: { readonly id: string; readonly fingerprint: string },
    action: () => Promise<T>,
  ): Promise<Landed<T>> {
    const running = this.#running.get(id);
    if ((running?.fingerprint ?? this.#known.get(id) ?? fingerprint) !== fingerprint) {
      throw refusal("key-reused", { detail: "Use a new key for another verdict" });
    }
    if (running !== undefined) return { result: await running.promise, isReplay: true };
    const flight = { fingerprint, promise: action() };
    this.#running.set(id, flight);
    try {
      const result = await flight.promise;
      this.#remember(id, fingerprint);
      return { result, isReplay: false };
    } catch (error) {
      if (isUnknown(error)) this.#remember(id, fingerprint);
      throw error;
    } finally {
      this.#running.delete(id);
    }
  }

  #remember(id: string, fingerprint: string): void {
    this.#known.delete(id);
    this.#known.set(id, fingerprint);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }
}
