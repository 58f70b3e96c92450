import type { Piece } from "./dataset.ts";
import type { Sample } from "./sample.ts";

/** How many bytes of a dataset are read, while its rows come in the order in which they are stored. */
export class ReadProgress {
  /** The size of all pieces. */
  readonly total: number;
  readonly #before: ReadonlyMap<string, number>;

  /** Begins before the first row. */
  constructor(pieces: readonly Piece[]) {
    const before = new Map<string, number>();
    let total = 0;
    for (const { key, bytes } of pieces) {
      before.set(key, total);
      total += bytes;
    }
    this.total = total;
    this.#before = before;
  }

  /** Returns the bytes up to the end of a row. */
  after({ key, end }: Sample): number {
    return Math.min(this.total, (this.#before.get(key) ?? 0) + end);
  }
}
