import type { CellTest, Condition, Filter } from "./filter.ts";

/** Returns the text of a row in a column; `null` if its file does not have it. */
export type CellOf = (column: string) => string | null;

/** A filter as functions. */
export interface Matcher {
  /** The tests by column. */
  readonly tests: readonly (readonly [column: string, test: (text: string | null) => boolean])[];
  /** The searched text in lower case; empty if nothing is searched. */
  readonly search: string;
}

/**
 * Returns the functions of a filter.
 *
 * @throws {TypeError} If a condition is none, or a column is not one of these
 */
export function matcherOf(
  { where = {}, search = "" }: Filter,
  columns: readonly string[],
): Matcher {
  const tests = Object.entries(where).map(([column, condition]) => {
    if (!columns.includes(column)) throw unknownColumn(column, columns);
    return [column, testOf(condition)] as const;
  });
  if (typeof search !== "string") throw new TypeError(`Cannot search ${search}: pass a text`);
  return { tests, search: search.toLowerCase() };
}

/** Whether a filter lets every row pass. */
export function passesAll({ tests, search }: Matcher): boolean {
  return tests.length === 0 && search === "";
}

/** Whether a row passes. */
export function passes(
  { tests, search }: Matcher,
  row: { cell: CellOf; bound: { cells: readonly string[] } | null },
): boolean {
  for (const [column, test] of tests) if (!test(row.cell(column))) return false;
  return search === "" || row.bound!.cells.some((cell) => cell.toLowerCase().includes(search));
}

/** Returns the error that there is no such column, with the columns that there are. */
export function unknownColumn(column: string, columns: readonly string[]): TypeError {
  const there = columns.map((name) => JSON.stringify(name)).join(", ");
  return new TypeError(`There is no column ${JSON.stringify(column)}: there are ${there}`);
}

function testOf(condition: Condition): (text: string | null) => boolean {
  if (condition === null || typeof condition === "string") return (text) => text === condition;
  if (Array.isArray(condition)) {
    const texts = new Set<string | null>(condition);
    return (text) => texts.has(text);
  }
  const test = condition as CellTest;
  const names = Object.keys(Object(test));
  const isTest = names.length > 0 && names.every((name) => TESTS.includes(name));
  if (!isTest) {
    throw new TypeError(
      `Cannot filter by ${JSON.stringify(condition)}: pass a text, texts or tests of ${
        TESTS.join(", ")
      }`,
    );
  }
  const { not, contains, from, before } = test;
  const refused = new Set<string | null>(
    not === undefined ? [] : Array.isArray(not) ? not : [not as string | null],
  );
  const part = contains?.toLowerCase();
  const needsText = contains !== undefined || from !== undefined || before !== undefined;
  return (text) => {
    if (refused.has(text)) return false;
    if (text === null) return !needsText;
    return (part === undefined || text.toLowerCase().includes(part)) &&
      (from === undefined || text >= from) && (before === undefined || text < before);
  };
}

const TESTS = ["not", "contains", "from", "before"];
