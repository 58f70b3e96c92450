import { stringify } from "@std/csv/stringify";

/**
 * Encodes one row as defined by RFC 4180, byte for byte like Python's `csv.writer`: separated by
 * commas, ended by CRLF, with quotes only around cells that contain a comma, a quote, CR or LF.
 */
export function encodeRow(cells: readonly string[]): string {
  if (cells.length <= 1) return encodeShortRow(cells);
  return cells.some((cell) => cell.includes("\r")) ? encodeCr(cells) : stringify([cells]);
}

/** `stringify` writes a row of one empty cell as a blank line, which every reader skips. */
function encodeShortRow(cells: readonly string[]): string {
  const [cell = ""] = cells;
  if (cell !== "") {
    return cell.includes("\r") ? encodeCr(cells) : stringify([cells]);
  }
  return cells.length === 0 ? "\r\n" : '""\r\n';
}

/** `stringify` does not quote a lone CR, at which readers would end the row. */
function encodeCr(cells: readonly string[]): string {
  return `${
    cells.map((cell) => cell.includes("\r") ? quoted(cell) : encodeCell(cell)).join(",")
  }\r\n`;
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

function encodeCell(cell: string): string {
  return stringify([[cell]]).slice(0, -"\r\n".length);
}
