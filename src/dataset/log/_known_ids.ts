/**
 * The ids of the samples in a dataset, collected while its records are read. Ids are in the column
 * before the last one, which is the timestamp.
 */
export class KnownIds {
  readonly #column: string;
  /** The ids in the earlier parts. */
  readonly #before: Set<string> = new Set();
  readonly #current: Set<string> = new Set();

  /** Collects the ids of the column with this name. */
  constructor(column: string) {
    this.#column = column;
  }

  /** Whether the dataset has a sample with this id. */
  has(id: string): boolean {
    return this.#current.has(id) || this.#before.has(id);
  }

  /** The id of a row under these columns, or `undefined` if it has no id. */
  idIn(row: readonly string[], columns: readonly string[] | null): string | undefined {
    return columns?.at(-2) === this.#column ? row.at(-2) || undefined : undefined;
  }

  /** Adds the id of a sample that was stored. */
  add(id: string): void {
    this.#current.add(id);
  }

  /** Collects the id of a record of the current part. The record with index 0 is the header. */
  see(cells: readonly string[], index: number): void {
    const id = cells.at(-2);
    if (index > 0 && id !== undefined && id !== "") this.#current.add(id);
  }

  /** Forgets the ids of the current part, before it is read again. */
  reset(): void {
    this.#current.clear();
  }

  /** Continues with the next part. */
  nextPart(): void {
    for (const id of this.#current) this.#before.add(id);
    this.reset();
  }
}
