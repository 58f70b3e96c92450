import { stringify } from "@std/csv";

/**
 * Writes one row as RFC 4180 has it, byte for byte as Python's `csv.writer` does: separated by
 * commas, ended by CRLF, quoted only where a cell holds a comma, a quote, CR or LF.
 *
 * @example Usage
 * ```ts
 * import { encodeRow } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeRow(["a", 'say "hi"']), 'a,"say ""hi"""\r\n');
 * ```
 */
export function encodeRow(cells: readonly string[]): string {
  if (cells.length <= 1) return encodeShortRow(cells);
  return cells.some((cell) => cell.includes("\r")) ? encodeCr(cells) : stringify([cells]);
}

/** `stringify` writes a row of one empty cell as a blank line, which every reader passes over. */
function encodeShortRow(cells: readonly string[]): string {
  const [cell = ""] = cells;
  if (cell !== "") {
    return cell.includes("\r") ? encodeCr(cells) : stringify([cells]);
  }
  return cells.length === 0 ? "\r\n" : '""\r\n';
}

/** `stringify` does not quote a lone CR, where readers would then end the row: it sees LF instead. */
function encodeCr(cells: readonly string[]): string {
  const mark = unusedCharacter(cells.join(""));
  const row = stringify([
    cells.map((cell) => cell.replaceAll("\r", `\n${mark}`)),
  ]);
  return row.replaceAll(`\n${mark}`, "\r");
}

/** A private character that does not occur in a text. */
function unusedCharacter(text: string): string {
  for (let code = 0xe000; code <= 0xf8ff; code++) {
    const candidate = String.fromCharCode(code);
    if (!text.includes(candidate)) return candidate;
  }
  throw new RangeError("Cannot encode a row that uses every private character");
}
