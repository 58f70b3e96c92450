/** Where a text is not what RFC 4180 allows. */
export class MalformedCsv extends Error {
  override readonly name = "MalformedCsv";
}

// One match is one cell and what ends it. Written for tests alone, and apart from src/csv: a mistake
// there must not hide behind the same mistake here.
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;

/**
 * The records of a CSV text; blank lines are none. Refuses what a careful reader cannot read in one
 * way only: text behind closing quotes, quotes inside a bare cell, quotes that are left open.
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
