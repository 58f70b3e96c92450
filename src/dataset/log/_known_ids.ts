import { decodeRecord } from "../../csv/decode.ts";
import { decodeBytes } from "./boundary.ts";

/** The bytes of one part of a dataset in which a row is. */
export interface Place {
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

/** Decodes the id of a record, which is in the column before the last one, the timestamp. */
export function idOf(record: Uint8Array): string | undefined {
  return (decodeBytes(record) ?? decodeRecord(latin1(record))).at(-2) || undefined;
}

/** Another program may have saved the rows in its own encoding; most of those share Latin-1. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** The ids of the samples in a dataset, with the places of their rows. */
export class KnownIds {
  readonly column: string;
  readonly #places: Map<string, Place> = new Map();

  /** Collects the ids of the column with this name. */
  constructor(column: string) {
    this.column = column;
  }

  /** Where the row with this id is; `undefined` if the dataset has no sample with it. */
  placeOf(id: string): Place | undefined {
    return this.#places.get(id);
  }

  /** The id of a row under these columns, or `undefined` if it has no id. */
  idIn(row: readonly string[], columns: readonly string[] | null): string | undefined {
    return columns?.at(-2) === this.column ? row.at(-2) || undefined : undefined;
  }

  /** Adds the ids of the rows in a place. */
  add(ids: Iterable<string>, place: Place): void {
    for (const id of ids) this.#places.set(id, place);
  }

  /** Forgets the ids of a part whose rows were read again. */
  forget(part: number): void {
    for (const [id, place] of this.#places) if (place.part === part) this.#places.delete(id);
  }
}
