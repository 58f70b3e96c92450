import type { Condition, Filter } from "../reader/filter.ts";
import { Refusal } from "./_refusal.ts";

const MOST_TEXT = 1000;
const MOST_ROWS = 200;
const ROWS = 50;
/** Parameters that begin so are a condition on the column that follows. */
const COLUMN = "is.";

/** What a request asks for. */
export interface Query {
  /** The conditions on columns, and a text to search. */
  readonly filter: Filter;
  /** The data files; `undefined` for all. */
  readonly files: readonly string[] | undefined;
  /** The states of review; `undefined` for all. */
  readonly states: ReadonlySet<string> | undefined;
  /** Where an earlier page ended. */
  readonly after: string | null;
  readonly limit: number;
}

/** Reads a query: `flag`, `username`, `is.<column>`, `file`, `review`, `search`, `from`, `before`. */
export function queryOf({ searchParams: given }: URL): Query {
  const where: Record<string, Condition> = {};
  for (const name of new Set(given.keys())) {
    const column = columnOf(name);
    if (column !== null) where[column] = given.getAll(name).flatMap((text) => text || ["", null]);
  }
  const [from, before] = [timeOf(given, "from"), timeOf(given, "before")];
  if (from !== undefined || before !== undefined) where.timestamp = { from, before };
  const search = given.get("search") ?? "";
  if (search.length > MOST_TEXT) throw new Refusal(400, "Cannot search a text that long");
  const [files, states] = [given.getAll("file"), given.getAll("review")];
  return {
    filter: { where, ...search !== "" && { search } },
    files: files.length === 0 ? undefined : files.sort(),
    states: states.length === 0 ? undefined : new Set(states),
    after: given.get("after"),
    limit: limitOf(given.get("limit")),
  };
}

/** The same conditions without those on one column. */
export function without(filter: Filter, column: string): Filter {
  const { [column]: _, ...where } = filter.where ?? {};
  return { ...filter, where };
}

/**
 * The conditions on columns that a dataset has; `null` if no row can meet them. A column that there is not
 * is as empty as one that the row's file does not have.
 */
export function fitting(filter: Filter, names: readonly string[]): Filter | null {
  const where: Record<string, Condition> = {};
  for (const [column, condition] of Object.entries(filter.where ?? {})) {
    if (names.includes(column)) where[column] = condition;
    else if (!Array.isArray(condition) || !condition.includes(null)) return null;
  }
  return { ...filter, where };
}

function columnOf(name: string): string | null {
  if (name === "flag" || name === "username") return name;
  return name.startsWith(COLUMN) ? name.slice(COLUMN.length) : null;
}

function timeOf(given: URLSearchParams, name: string): string | undefined {
  const text = given.get(name);
  if (text === null || text === "") return undefined;
  if (/^\d{4}[\d:. T-]{0,28}$/.test(text)) return text.replace("T", " ");
  throw new Refusal(400, `Cannot read the time in "${name}": write it as 2026-01-31 12:00`);
}

function limitOf(text: string | null): number {
  const limit = Number(text ?? ROWS);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new Refusal(400, `Cannot return that many rows: limit is a number from 1 to ${MOST_ROWS}`);
}
