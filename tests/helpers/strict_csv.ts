/** The error of a text that RFC 4180 does not allow. */
export class MalformedCsv extends Error {
  override readonly name = "MalformedCsv";
}

// One match is one cell and its delimiter. Independent of src/csv, so that the two do not share a
// mistake.
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;

/**
 * Returns the records of a CSV text, without blank lines. Refuses a text that is ambiguous:
 * text after closing quotes, quotes inside a bare cell, quotes that are left open.
 */
export function parseStrictly(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length || record.length > 0) {
    CELL.lastIndex = at;
    const found = CELL.exec(text);
    if (found === null) throw new MalformedCsv(`near ${JSON.stringify(text.slice(at, at + 60))}`);
    at = CELL.lastIndex;
    const [, quoted, bare = "", end] = found;
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    const isBlank = record.length === 1 && bare === "" && quoted === undefined;
    if (!isBlank) records.push(record);
    record = [];
  }
  return records;
}
