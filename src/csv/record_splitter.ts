import { RecordScanner } from "./record_scanner.ts";

/** Splits CSV into the bytes of its records, in bytes that arrive in chunks. */
export class RecordSplitter {
  readonly #scanner: RecordScanner;
  #pending: Uint8Array = new Uint8Array();

  /**
   * Creates a splitter.
   *
   * @param scanner The scanner that finds the ends, at the offset of the first bytes
   */
  constructor(scanner: RecordScanner = new RecordScanner()) {
    this.#scanner = scanner;
  }

  /** The bytes after the last whole record. */
  get pending(): Uint8Array {
    return this.#pending;
  }

  /** Returns the records that end in these bytes, without their line endings. */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#pending.length + bytes.length);
    all.set(this.#pending);
    all.set(bytes, this.#pending.length);
    const base = this.#scanner.offset - this.#pending.length;
    const records: Uint8Array[] = [];
    this.#scanner.push(bytes, (start, end) => records.push(all.subarray(start - base, end - base)));
    this.#pending = all.subarray(this.#scanner.end - base);
    return records;
  }
}
