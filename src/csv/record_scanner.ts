const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MARK = [0xef, 0xbb, 0xbf]; // a byte order mark, in UTF-8
const NO_MARK = -1;

const RECORD_START = 0; // no byte of a record was seen yet
const FIELD_START = 1;
const IN_FIELD = 2;
const IN_QUOTES = 3;
const QUOTE_IN_QUOTES = 4; // the end of the quotes, or the first half of a doubled quote
const AFTER_CR = 5; // a record ended; a line feed would belong to its line ending

/** The kind of bytes after the last whole record. */
export type Rest = "nothing" | "record" | "open quotes";

/**
 * Finds the ends of CSV records in bytes that arrive in chunks.
 *
 * Works like Python's `csv`: LF, CR and CRLF outside quotes end a record; a quote opens only at the
 * start of a field and is a character elsewhere. Bytes are not decoded, so that any encoding that
 * keeps ASCII can be scanned, even if it is damaged. A byte order mark at the start of the file is
 * skipped.
 */
export class RecordScanner {
  #state = RECORD_START;
  #offset: number;
  #end: number;
  #records = 0;
  #first: readonly [start: number, end: number] | undefined;
  /** The number of bytes of a byte order mark that were seen before any other byte. */
  #mark: number;

  /**
   * Creates a scanner that starts between two records.
   *
   * @param offset The offset in the file at which it starts
   */
  constructor(offset = 0) {
    this.#offset = offset;
    this.#end = offset;
    this.#mark = offset === 0 ? 0 : NO_MARK;
  }

  /** The number of whole records. Blank lines do not count. */
  get records(): number {
    return this.#records;
  }

  /** The offset after the last whole record and its line ending. */
  get end(): number {
    return this.#end;
  }

  /** The offset after the last scanned byte. */
  get offset(): number {
    return this.#offset;
  }

  /** The kind of bytes between {@linkcode RecordScanner.end} and {@linkcode RecordScanner.offset}. */
  get rest(): Rest {
    if (this.#offset === this.#end) return "nothing";
    return this.#state === IN_QUOTES ? "open quotes" : "record";
  }

  /** The offsets of the first record's text, available after its end was scanned. */
  get first(): readonly [start: number, end: number] | undefined {
    return this.#first;
  }

  /**
   * Scans the next bytes.
   *
   * @param bytes The bytes after those scanned before
   * @param onRecord Called with the offsets of each whole record's text; blank lines are skipped
   */
  push(bytes: Uint8Array, onRecord?: (start: number, end: number) => void): void {
    const base = this.#offset;
    const length = bytes.length;
    let i = this.#mark === NO_MARK ? 0 : this.#passMark(bytes);
    let state = this.#state;
    while (i < length) {
      if (state === IN_QUOTES) {
        while (i < length && bytes[i] !== QUOTE) i++;
        if (i++ < length) state = QUOTE_IN_QUOTES;
        continue;
      }
      const from = i;
      // Most bytes are text, whose codes are above CR; a comma is checked only at the end of a run.
      while (i < length && bytes[i]! > CR && bytes[i] !== QUOTE) i++;
      if (i > from) state = bytes[i - 1] === COMMA ? FIELD_START : IN_FIELD;
      if (i === length) break;
      const byte = bytes[i++];
      if (byte === QUOTE) {
        // At the start of a field it opens quotes; after a quote within quotes it is a doubled quote.
        if (state !== IN_FIELD) state = IN_QUOTES;
      } else if (byte === LF && state === AFTER_CR) {
        this.#end = base + i;
        state = RECORD_START;
      } else if (byte === LF || byte === CR) {
        if (state !== RECORD_START && state !== AFTER_CR) {
          const record = [this.#end, base + i - 1] as const;
          this.#records++;
          this.#first ??= record;
          onRecord?.(...record);
        }
        this.#end = base + i;
        state = byte === CR ? AFTER_CR : RECORD_START;
      } else state = IN_FIELD; // a control character is text
    }
    this.#state = state;
    this.#offset = base + length;
  }

  /** Skips the bytes that belong to a byte order mark at the start of the file. */
  #passMark(bytes: Uint8Array): number {
    let i = 0;
    while (i < bytes.length && this.#mark < MARK.length && bytes[i] === MARK[this.#mark]) {
      this.#mark++;
      i++;
    }
    if (this.#mark === MARK.length) this.#end = MARK.length;
    else if (i === bytes.length) return i;
    // An incomplete mark is text.
    else if (this.#mark > 0) this.#state = IN_FIELD;
    this.#mark = NO_MARK;
    return i;
  }
}
