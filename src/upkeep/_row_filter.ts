import { concat } from "@std/bytes/concat";
import { RecordScanner } from "../csv/record_scanner.ts";
import type { ByteFilter } from "../storage/storage_adapter.ts";

/** Drops records, and keeps every other byte as it is. */
export class RowFilter implements ByteFilter {
  readonly #isDropped: (record: Uint8Array) => boolean;
  readonly #bodyStart: number;
  readonly #normal: (bytes: Uint8Array) => Uint8Array;
  readonly #scanner = new RecordScanner();
  /** The bytes from `#from` on. */
  #pending: Uint8Array = new Uint8Array();
  #from = 0;
  /** Whether the bytes from `#from` on belong to a record that is dropped. */
  #drops = false;
  /** The number of dropped records. */
  dropped = 0;

  /**
   * Creates a filter.
   *
   * @param bodyStart The offset of the first row; the header before it stays
   * @param normal Returns bytes with the quotes that the scanner knows
   */
  constructor(
    bodyStart: number,
    isDropped: (record: Uint8Array) => boolean,
    normal: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  ) {
    this.#bodyStart = bodyStart;
    this.#isDropped = isDropped;
    this.#normal = normal;
  }

  /** Takes the next bytes, and returns those that are kept. */
  push(bytes: Uint8Array): Uint8Array {
    const buffer = concat([this.#pending, bytes]);
    const base = this.#from;
    const kept: Uint8Array[] = [];
    const pass = (end: number) => {
      if (!this.#drops) kept.push(buffer.subarray(this.#from - base, end - base));
      this.#from = end;
    };
    this.#scanner.push(this.#normal(bytes), (start, end) => {
      pass(start); // the line ending of the record before
      this.#decide(start, buffer.subarray(start - base, end - base));
      pass(end);
    });
    // After a record, what comes until the next one is its line ending.
    if (this.#scanner.end > this.#from) pass(this.#scanner.end);
    this.#pending = buffer.slice(this.#from - base);
    return concat(kept);
  }

  /** Returns the last bytes: a record without a line ending. */
  end(): Uint8Array {
    if (this.#pending.length === 0) return this.#pending;
    this.#decide(this.#from, this.#pending);
    return this.#drops ? new Uint8Array() : this.#pending;
  }

  #decide(start: number, record: Uint8Array): void {
    this.#drops = start >= this.#bodyStart && this.#isDropped(record);
    if (this.#drops) this.dropped++;
  }
}
