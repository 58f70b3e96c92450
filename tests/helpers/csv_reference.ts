/** The records in a text of bytes; cells have one character for each byte. */
export interface Reading {
  /** The offsets of each whole record's text. */
  readonly records: readonly (readonly [start: number, end: number])[];
  /** The cells of each whole record. */
  readonly cells: readonly (readonly string[])[];
  /** The offset after the last whole record. */
  readonly end: number;
  /** The rest after it. */
  readonly rest: "nothing" | "record" | "open quotes";
  /** The cells of that. */
  readonly restCells: readonly string[];
}

const [QUOTE, COMMA, CR, LF] = ['"', ",", "\r", "\n"];

/**
 * Reads CSV as Python's `csv` does, one byte after the other. Written for tests, independently of
 * src/csv, so that the two do not share a mistake.
 */
export function readByteByByte(bytes: Uint8Array): Reading {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const records: [number, number][] = [];
  const cells: string[][] = [];
  let at = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
  let end = at;
  let row: string[] = [];
  let cell = "";
  let isBlank = true; // no byte of a record yet
  let inQuotes = false;
  let isFieldStart = true;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const isLineEnd = character === CR || character === LF;
    if (inQuotes) {
      if (character !== QUOTE) cell += character;
      else if (text.charAt(at + 1) === QUOTE) cell += text.charAt(++at);
      else inQuotes = false;
    } else if (!isLineEnd) {
      if (character === COMMA) {
        row.push(cell);
        cell = "";
      } else if (character === QUOTE && isFieldStart) inQuotes = true;
      else cell += character;
      isFieldStart = character === COMMA;
      isBlank = false;
    } else {
      if (!isBlank) {
        records.push([end, at]);
        cells.push([...row, cell]);
      }
      if (character === CR && text.charAt(at + 1) === LF) at++;
      end = at + 1;
      [row, cell, isBlank, isFieldStart] = [[], "", true, true];
    }
  }
  const rest = end === text.length ? "nothing" : inQuotes ? "open quotes" : "record";
  return { records, cells, end, rest, restCells: isBlank ? [] : [...row, cell] };
}
