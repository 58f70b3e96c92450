import { microseconds } from "./microseconds.ts";
import type { IndexRows } from "./_index_rows.ts";
import type { Matcher } from "./_matcher.ts";
import type { CellTest, Filter } from "./filter.ts";

const EARLIEST = "0000-01-01 00:00:00.000000";

/** Tests the row with a number. */
type Test = (row: number) => boolean;

/** Returns the test of a filter that the index alone can answer; `null` if rows must be read. */
export function memoryTests(
  { tests, search }: Matcher,
  { where = {} }: Filter,
  rows: IndexRows,
): Test | null {
  if (search !== "") return null;
  const found = tests.map(([column, test]): Test | null => {
    const facet = rows.facets.find((facet) => facet.column === column);
    if (facet !== undefined) {
      const passing = facet.texts.map(test);
      const codes = facet.codes.view();
      return (row) => passing[codes[row]!]!;
    }
    return column === "timestamp" ? timeTest(where[column], rows) : null;
  });
  if (found.includes(null)) return null;
  return (row) => found.every((test) => test!(row));
}

/** The test of a span of time; `null` if it is another test, or not all rows have a time. */
function timeTest(condition: unknown, rows: IndexRows): Test | null {
  const { from, before, ...others } = Object(condition) as CellTest;
  if (typeof condition !== "object" || Object.keys(others).length > 0 || rows.hasUntimed) {
    return null;
  }
  const first = from === undefined ? -Infinity : boundOf(from);
  const end = before === undefined ? Infinity : boundOf(before);
  if (first === null || end === null) return null;
  const times = rows.times.view();
  return (row) => times[row]! >= first && times[row]! < end;
}

/** The time of the first timestamp that is not before a text, such as `2026-01`. */
function boundOf(text: string): number | null {
  if (!/^\d{4}(?:-\d\d(?:-\d\d(?: \d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?)?)?$/.test(text)) {
    return null;
  }
  const time = microseconds(text + EARLIEST.slice(text.length));
  return time === -Infinity ? null : time;
}
