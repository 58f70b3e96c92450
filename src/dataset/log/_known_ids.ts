/**
 * The ids of the samples that a dataset has, taken from its records as they are read. The column of
 * the ids is the last but one, before the timestamp.
 */
export class KnownIds {
  readonly #column: string;
  /** The ids in the parts before the current one. */
  readonly #before: Set<string> = new Set();
  readonly #current: Set<string> = new Set();

  /** Takes the ids from the column of this name. */
  constructor(column: string) {
    this.#column = column;
  }

  /** Whether a sample with this id is there. */
  has(id: string): boolean {
    return this.#current.has(id) || this.#before.has(id);
  }

  /** The id in a row under these columns; `undefined` where it has none. */
  idIn(row: readonly string[], columns: readonly string[] | null): string | undefined {
    return columns?.at(-2) === this.#column ? row.at(-2) || undefined : undefined;
  }

  /** Adds the id of a sample that is there now. */
  add(id: string): void {
    this.#current.add(id);
  }

  /** Sees a record of the current part; the first one is its header. */
  see(cells: readonly string[], index: number): void {
    const id = cells.at(-2);
    if (index > 0 && id !== undefined && id !== "") this.#current.add(id);
  }

  /** Forgets the current part: it is read anew. */
  reset(): void {
    this.#current.clear();
  }

  /** Goes on in the next part. */
  nextPart(): void {
    for (const id of this.#current) this.#before.add(id);
    this.reset();
  }
}
