// Imports types only: a chunk that is loaded later must not share code with the core.

/** The bytes of one part of a dataset in which a row is. */
export interface Place {
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

/** A sample that may have an id. */
interface Sample {
  readonly id: string | undefined;
}

/** Samples whose answer was lost: they may be in the store, in a part that is written once. */
interface Unanswered {
  readonly part: number;
  readonly bytes: Uint8Array;
  readonly samples: readonly Sample[];
}

/** The dataset that has the ids. */
export interface IdSource {
  /** The column of the ids, which must be the one before the last, the timestamp. */
  readonly column: string;
  /** Reads the records in a place; returns none if the place was removed. */
  readonly recordsIn: (place: Place) => Promise<readonly (readonly string[])[]>;
}

const READS_AT_ONCE = 8;

/** The ids of the samples in a dataset, with the places of their rows. */
export class KnownIds {
  readonly #source: IdSource;
  readonly #places: Map<string, Place> = new Map();
  readonly #unanswered: Map<string, Unanswered>;

  /**
   * Collects ids.
   *
   * @param before The ids that this one replaces once all parts were read again
   */
  constructor(source: IdSource, before?: KnownIds) {
    this.#source = source;
    this.#unanswered = before === undefined ? new Map() : before.#unanswered;
  }

  /** Returns a collection without ids, for reading all parts again. */
  again(): KnownIds {
    return new KnownIds(this.#source, this);
  }

  /** The id of a row under these columns, or `undefined` if it has no id. */
  idIn(row: readonly string[], columns: readonly string[] | null): string | undefined {
    return columns?.at(-2) === this.#source.column ? row.at(-2) || undefined : undefined;
  }

  /** Adds the ids of the rows in a place. */
  add(ids: Iterable<string | undefined>, place: Place): void {
    for (const id of ids) if (id) this.#places.set(id, place);
  }

  /** Forgets the ids of a part whose rows were read again. */
  forget(part: number): void {
    for (const [id, place] of this.#places) if (place.part === part) this.#places.delete(id);
  }

  /** Returns the samples that are not stored, the first one of each id. */
  missing<S extends Sample>(samples: readonly S[]): readonly S[] {
    const seen = new Set<string>();
    return samples.filter(({ id }) => {
      if (id === undefined) return true;
      if (this.#places.has(id) || seen.has(id)) return false;
      seen.add(id);
      return true;
    });
  }

  /** Whether the known rows of these samples are still in their places. */
  async areInPlace(samples: readonly Sample[]): Promise<boolean> {
    const wanted = new Map<Place, string[]>();
    for (const { id = "" } of samples) {
      const place = this.#places.get(id);
      if (place !== undefined) wanted.set(place, [...wanted.get(place) ?? [], id]);
    }
    const places = [...wanted];
    for (let i = 0; i < places.length; i += READS_AT_ONCE) {
      const checks = places.slice(i, i + READS_AT_ONCE).map((entry) => this.#holds(...entry));
      if (!(await Promise.all(checks)).every(Boolean)) return false;
    }
    return true;
  }

  async #holds(place: Place, ids: readonly string[]): Promise<boolean> {
    // If they cannot be read, the whole dataset is read again, which reports what fails.
    const records = await this.#source.recordsIn(place).catch(() => []);
    const rows = place.start === 0 ? records.slice(1) : records; // after the header
    const found = new Set(rows.map((cells) => cells.at(-2)));
    return ids.every((id) => found.has(id));
  }

  /** Remembers samples whose answer was lost. */
  loseAnswer(unanswered: Unanswered): void {
    for (const { id } of unanswered.samples) if (id) this.#unanswered.set(id, unanswered);
  }

  /**
   * Sends groups whose answers were lost again, if they have an id of these samples: then it is
   * known that they are stored.
   *
   * @param send Writes the bytes of a part, or returns false if that is not possible any more
   * @returns The number of rows in these groups
   */
  async settle(
    samples: readonly Sample[],
    send: (part: number, bytes: Uint8Array) => Promise<boolean>,
  ): Promise<number> {
    let rows = 0;
    for (const { id } of samples) {
      const group = this.#unanswered.get(id ?? "");
      if (group === undefined) continue;
      const { part, bytes, samples } = group;
      const isStored = await send(part, bytes);
      for (const { id } of samples) if (id) this.#unanswered.delete(id);
      if (!isStored) continue;
      this.add(samples.map(({ id }) => id), { part, start: 0, end: bytes.length });
      rows += samples.length;
    }
    return rows;
  }
}
