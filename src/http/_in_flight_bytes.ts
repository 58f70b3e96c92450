import { refusal } from "./_refusal.ts";

/** Counts the bytes of forms that are in memory, so that many at once cannot fill it. */
export class InFlightBytes {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Runs an action that holds bytes; `add` counts them until it ends. */
  async hold<T>(action: (add: (bytes: number) => void) => Promise<T>): Promise<T> {
    let held = 0;
    try {
      return await action((bytes) => {
        if (this.#count + bytes > this.#max) {
          const detail = "Too many files are being uploaded: send it again in a moment";
          throw refusal("busy", { detail, headers: { "retry-after": "1" } });
        }
        held += bytes;
        this.#count += bytes;
      });
    } finally {
      this.#count -= held;
    }
  }
}
