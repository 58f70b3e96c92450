import { concat } from "@std/bytes/concat";
import { RecordScanner } from "./record_scanner.ts";

/**
 * Splits CSV into the bytes of its records, in bytes that arrive in chunks. Copies each byte at most
 * twice, however many chunks a record spans.
 */
export class RecordSplitter {
  readonly #scanner: RecordScanner;
  /** Copies of the bytes after the last whole record. */
  #pending: Uint8Array[] = [];
  /** The offset of the first pending byte. */
  #start: number;

  /**
   * Creates a splitter.
   *
   * @param scanner The scanner that finds the ends, at the offset of the first bytes
   */
  constructor(scanner: RecordScanner = new RecordScanner()) {
    this.#scanner = scanner;
    this.#start = scanner.offset;
  }

  /** The bytes after the last whole record. */
  get pending(): Uint8Array {
    return concat(this.#pending);
  }

  /**
   * Returns the records that end in these bytes, without their line endings. They are valid as long
   * as the caller does not overwrite the bytes.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    const scanner = this.#scanner;
    const base = scanner.offset;
    const records: Uint8Array[] = [];
    scanner.push(bytes, (start, end) => {
      records.push(
        start >= base
          ? bytes.subarray(start - base, end - base)
          : concat([...this.#pending, bytes.subarray(0, end - base)]).subarray(start - this.#start),
      );
    });
    if (scanner.end >= base) {
      this.#pending = [];
      this.#start = scanner.end;
    }
    this.#pending.push(bytes.slice(Math.max(0, scanner.end - base)));
    return records;
  }
}
