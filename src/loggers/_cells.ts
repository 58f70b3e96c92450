import type { Cell } from "../components/component.ts";
import type { Escaping } from "../csv/escaping.ts";
import type { Field } from "../dataset/fields.ts";
import type { Column } from "./_columns.ts";
import type { SampleFiles } from "./_sample_files.ts";
import type { Sample } from "./flagging_callback.ts";

/**
 * The texts of a sample that are not values of components, by their columns.
 *
 * @category Loggers
 */
export type Extras = Readonly<Record<string, string | null | undefined>>;

/** Returns names for a message. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

/** Throws a TypeError that lists the columns unless there is one value for each. */
export function refuseOtherLength(data: Sample, columns: readonly Column[]): void {
  if (Array.isArray(data) && data.length === columns.length) return;
  const names = quoted(columns.map(({ name }) => name));
  const given = Array.isArray(data)
    ? data.length
    : `${typeof data}, not a list: createLogger() takes values by name`;
  throw new TypeError(
    `Cannot flag the sample as it must have ${columns.length} values (${names}): current value ` +
      `has ${given}`,
  );
}

/** Returns the cells of a sample's values: a promise only if a component returns one. */
export function cellsOf(
  data: Sample,
  columns: readonly Column[],
  files: SampleFiles,
): Cell[] | Promise<Cell[]> {
  const cells = columns.map(({ name, component }, i) => {
    try {
      return component.toCell(data[i], files.context(name));
    } catch (error) {
      return Promise.reject(error); // other components may be storing files: wait for them
    }
  });
  return cells.some(isPending) ? settled(cells) : cells as Cell[];
}

/** Returns the fields of a sample's extras, as given; a missing text is a missing field. */
export function extraFields(extras: Extras): Field[] {
  const fields: Field[] = [];
  for (const name of Object.keys(extras)) { // Object.entries() would create an array for each name
    fields.push({ column: name, cell: extraCell(name, extras[name]), optional: true });
  }
  return fields;
}

function extraCell(name: string, text: unknown): string | undefined {
  if (text === undefined || text === null) return undefined;
  if (typeof text === "string") return text.toWellFormed();
  throw new TypeError(
    `Cannot flag the sample as its ${name} must be a string: current value is ${String(text)}`,
  );
}

/** Returns the text of a cell in a file. */
export function sanitize(cell: Cell, escaping: Escaping, isFirst: boolean): string {
  if (cell === null) return "";
  if (typeof cell === "string") return escaping.text(cell);
  if (typeof cell?.verbatim === "string") return escaping.verbatim(cell, isFirst);
  throw new TypeError(
    `Cannot log a cell that is not a string, { verbatim } or null: current value is ${typeof cell}`,
  );
}

/** Whether a cell is a promise, of any realm. */
function isPending(cell: unknown): boolean {
  return typeof (cell as { then?: unknown } | null)?.then === "function";
}

/** Waits for all cells even if one fails, so that files which the others stored can be removed. */
async function settled(cells: readonly (Cell | Promise<Cell>)[]): Promise<Cell[]> {
  const results = await Promise.allSettled(cells);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/** Throws a TypeError if all cells are empty. */
export function refuseAllEmpty(cells: readonly Cell[]): void {
  if (cells.some((cell) => cell !== null && cell !== "")) return;
  throw new TypeError("Cannot flag the sample as all its values are empty");
}

/** The escaped names of columns, which every sample has. */
const escapedNames: WeakMap<Escaping, Map<string, string>> = new WeakMap();

function escapedName(name: string, escaping: Escaping): string {
  let names = escapedNames.get(escaping);
  if (names === undefined) escapedNames.set(escaping, names = new Map());
  let escaped = names.get(name);
  if (escaped === undefined) names.set(name, escaped = escaping.text(name));
  return escaped;
}

/** Returns the fields of a row, escaped: the cells of its columns, then the others. */
export function escapedFields(
  columns: readonly Column[],
  cells: readonly Cell[],
  others: readonly Field[],
  escaping: Escaping,
): Field[] {
  const fields: Field[] = columns.map(({ name }, i) => ({
    column: escapedName(name, escaping),
    cell: sanitize(cells[i] ?? null, escaping, i === 0),
  }));
  for (const { column, cell, optional } of others) {
    fields.push({
      column: escapedName(column, escaping),
      cell: cell && escaping.text(cell),
      optional,
    });
  }
  return fields;
}
