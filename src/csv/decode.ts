/**
 * Decodes the cells of one record: the text between two line endings that a `RecordScanner` found.
 * The exact inverse of `encodeRow`.
 *
 * Damaged quoting is never refused, and read as Python's `csv` reads it: a quote inside an unquoted
 * cell is a character, text after a closing quote belongs to the cell, and unclosed quotes extend to
 * the end.
 */
// Not `parse` of @std/csv: it rewrites line breaks inside quotes, drops a leading byte order mark, and
// ends damaged cells elsewhere than the scanner, so that a record could lose columns.
export function decodeRecord(record: string): string[] {
  if (record === "") return [];
  if (!record.includes('"')) return record.split(",");
  const cells: string[] = [];
  for (let at = 0;;) {
    const [quoted, rest] = record[at] === '"' ? readQuoted(record, at + 1) : ["", at];
    const comma = record.indexOf(",", rest);
    cells.push(quoted + record.slice(rest, comma === -1 ? undefined : comma));
    if (comma === -1) return cells;
    at = comma + 1;
  }
}

/** The text in quotes that open before `start`, and the offset after the closing quote. */
function readQuoted(record: string, start: number): [text: string, rest: number] {
  let text = "";
  for (let at = start;;) {
    const quote = record.indexOf('"', at);
    if (quote === -1) return [text + record.slice(at), record.length];
    text += record.slice(at, quote);
    if (record[quote + 1] !== '"') return [text, quote + 1];
    text += '"';
    at = quote + 2;
  }
}
