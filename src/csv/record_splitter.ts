import { RecordScanner } from "./record_scanner.ts";

/** Cuts CSV into the bytes of its records, in bytes that arrive in pieces. */
export class RecordSplitter {
  readonly #scanner: RecordScanner;
  #pending: Uint8Array = new Uint8Array();

  /**
   * Makes a splitter.
   *
   * @param scanner What finds the ends; it stands where the first bytes begin
   */
  constructor(scanner: RecordScanner = new RecordScanner()) {
    this.#scanner = scanner;
  }

  /** The bytes behind the last whole record. */
  get pending(): Uint8Array {
    return this.#pending;
  }

  /** The records that end in these bytes, each without its line end. */
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
