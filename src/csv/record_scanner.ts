const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MARK = [0xef, 0xbb, 0xbf]; // a byte order mark, in UTF-8
const NO_MARK = -1;

const RECORD_START = 0; // nothing of a record was seen yet
const FIELD_START = 1;
const IN_FIELD = 2;
const IN_QUOTES = 3;
const QUOTE_IN_QUOTES = 4; // the quotes end here, or a doubled quote goes on
const AFTER_CR = 5; // a record ended; a line feed belongs to its end

/** What follows the last whole record. */
export type Rest = "nothing" | "record" | "open quotes";

/**
 * Finds where CSV records end, in bytes that arrive in pieces.
 *
 * It reads as Python's `csv` does: LF, CR and CRLF outside quotes end a record; a quote opens only
 * at the start of a field and is a character elsewhere. Bytes are not decoded, so that any encoding
 * which keeps ASCII, and any damage to it, can be scanned. A byte order mark at the start of the file
 * is passed over.
 */
export class RecordScanner {
  #state = RECORD_START;
  #offset: number;
  #end: number;
  #records = 0;
  #first: readonly [start: number, end: number] | undefined;
  /** How many bytes of a mark were seen, while nothing else was. */
  #mark: number;

  /**
   * Makes a scanner that stands between two records.
   *
   * @param offset Where in the file it stands
   */
  constructor(offset = 0) {
    this.#offset = offset;
    this.#end = offset;
    this.#mark = offset === 0 ? 0 : NO_MARK;
  }

  /** How many whole records were seen; blank lines are none. */
  get records(): number {
    return this.#records;
  }

  /** The offset behind the last whole record and its line end. */
  get end(): number {
    return this.#end;
  }

  /** The offset behind the last byte scanned. */
  get offset(): number {
    return this.#offset;
  }

  /** What lies between {@linkcode RecordScanner.end} and {@linkcode RecordScanner.offset}. */
  get rest(): Rest {
    if (this.#offset === this.#end) return "nothing";
    return this.#state === IN_QUOTES ? "open quotes" : "record";
  }

  /** The offsets of the first record's text, once its end was seen. */
  get first(): readonly [start: number, end: number] | undefined {
    return this.#first;
  }

  /**
   * Scans the next bytes.
   *
   * @param bytes The bytes behind those scanned before
   * @param onRecord Called with the offsets of each whole record's text; blank lines are passed over
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
      // Most bytes are text, which lies behind all that ends a record; commas are looked for last.
      while (i < length && bytes[i]! > CR && bytes[i] !== QUOTE) i++;
      if (i > from) state = bytes[i - 1] === COMMA ? FIELD_START : IN_FIELD;
      if (i === length) break;
      const byte = bytes[i++];
      if (byte === QUOTE) {
        // At the start of a field it opens quotes; behind a quote in quotes it is a doubled one.
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

  /** Passes over what these bytes hold of a byte order mark at the start of the file. */
  #passMark(bytes: Uint8Array): number {
    let i = 0;
    while (i < bytes.length && this.#mark < MARK.length && bytes[i] === MARK[this.#mark]) {
      this.#mark++;
      i++;
    }
    if (this.#mark === MARK.length) this.#end = MARK.length;
    else if (i === bytes.length) return i;
    // A part of a mark is text like any other.
    else if (this.#mark > 0) this.#state = IN_FIELD;
    this.#mark = NO_MARK;
    return i;
  }
}
