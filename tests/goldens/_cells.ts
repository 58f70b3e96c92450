// Reads cells and CSV files without the code under test.
import { assertEquals } from "@std/assert";

/** The JSON of a text that is a JSON array or object, in one spelling; `null` for other texts. */
export function canonicalJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether two cells are the same text, or the same JSON array or object. */
export function isSameCell(one: string, other: string): boolean {
  if (one === other) return true;
  const json = canonicalJson(one);
  return json !== null && json === canonicalJson(other);
}

/** Asserts that two cells are the same text, or the same JSON array or object. */
export function assertSameCell(actual: string, expected: string): void {
  if (!isSameCell(actual, expected)) assertEquals(actual, expected);
}

const FIELD = /"(?:[^"]|"")*"|[^,\r\n"]+/g;

function respellField(field: string): string {
  const isQuoted = field.startsWith('"');
  const json = canonicalJson(isQuoted ? field.slice(1, -1).replaceAll('""', '"') : field);
  if (json === null) return field;
  return isQuoted ? `"${json.replaceAll('"', '""')}"` : json;
}

/** A CSV text whose JSON cells have one spelling; every other byte, quotes too, stays. */
export function respellJson(csv: string): string {
  return csv.replace(FIELD, respellField);
}

/** The records of a CSV text; blank lines are none. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  const source = text.replace(/^\ufeff/, "");
  const field = /"((?:[^"]|"")*)(?:"|$)|([^,\r\n]*)/y;
  const end = /,|\r\n|\r|\n|$|/y;
  let cells: string[] = [];
  let at = 0;
  while (at < source.length) {
    field.lastIndex = at;
    const [matched, quoted, plain = ""] = field.exec(source)!;
    end.lastIndex = at + matched.length;
    const [separator] = end.exec(source)!;
    at += matched.length + separator.length;
    const isBlank = matched === "" && cells.length === 0 && separator !== ",";
    if (!isBlank) cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (separator === "," && at < source.length) continue;
    if (separator === ",") cells.push("");
    if (cells.length > 0) records.push(cells);
    cells = [];
  }
  return records;
}
