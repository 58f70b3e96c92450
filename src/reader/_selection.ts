import type { Row } from "./_row.ts";
import type { RowsOptions } from "./dataset.ts";

/** Whether a row is selected. Called once for each row, in the order in which they are read. */
export type Select = (row: Row) => boolean;

/** Reads all rows. */
export type ReadAll = () => AsyncIterable<Iterable<Row>>;

/** Returns a new test for one reading. */
type Stage = () => Select;

/** Creates the tests of `current`, `uniqueBy` and `onePer`, for which the dataset is read first. */
export async function selectionOf(
  readAll: ReadAll,
  { current, uniqueBy, keep = "last", onePer }: RowsOptions,
): Promise<Stage> {
  let stage: Stage = () => () => true;
  if (current) stage = await standing(readAll);
  if (uniqueBy !== undefined) stage = await onlyOne(readAll, stage, { by: [uniqueBy], keep });
  if (onePer !== undefined) stage = await onlyOne(readAll, stage, { by: onePer, keep: "last" });
  return stage;
}

function textIn(row: Row, column: string): string {
  return row.cell(column) ?? "";
}

/** The rows that stand: neither replaced nor withdrawn, and one of each id. */
async function standing(readAll: ReadAll): Promise<Stage> {
  const replaced = new Set<string>();
  for await (const rows of readAll()) {
    for (const row of rows) {
      const earlier = textIn(row, "replaces");
      if (earlier !== "") replaced.add(earlier);
    }
  }
  return () => {
    const seen = new Set<string>();
    return (row) => {
      const id = textIn(row, "id");
      const earlier = textIn(row, "replaces");
      // A row that was added since the first reading replaces one that may have been returned.
      const isNew = earlier !== "" && !replaced.has(earlier);
      const isWithdrawal = earlier !== "" && textIn(row, "flag") === "";
      if (isNew || isWithdrawal || replaced.has(id) || seen.has(id)) return false;
      if (id !== "") seen.add(id);
      return true;
    };
  };
}

interface Kept {
  readonly timestamp: string;
  readonly key: string;
  readonly start: number;
}

/** One row of each combination of texts, the first or the last by its timestamp. */
async function onlyOne(
  readAll: ReadAll,
  earlier: Stage,
  { by, keep }: { readonly by: readonly string[]; readonly keep: "first" | "last" },
): Promise<Stage> {
  const kept = new Map<string, Kept>();
  const select = earlier();
  for await (const rows of readAll()) {
    for (const row of rows) {
      const group = select(row) ? groupOf(row, by) : "";
      if (group === "") continue;
      const { key, start } = row;
      const timestamp = textIn(row, "timestamp");
      const known = kept.get(group);
      const isBetter = known === undefined ||
        (keep === "last" ? timestamp >= known.timestamp : timestamp < known.timestamp);
      if (isBetter) kept.set(group, { timestamp, key, start });
    }
  }
  return () => {
    const passesEarlier = earlier();
    return (row) => {
      if (!passesEarlier(row)) return false;
      const group = groupOf(row, by);
      if (group === "") return true;
      const chosen = kept.get(group); // none if the row was added since
      return chosen?.start === row.start && chosen.key === row.key;
    };
  };
}

/** The texts of a row in some columns as one text, which is empty if they all are. */
function groupOf(row: Row, columns: readonly string[]): string {
  const texts = columns.map((column) => textIn(row, column));
  if (texts.length === 1) return texts[0]!;
  return texts.every((text) => text === "") ? "" : JSON.stringify(texts);
}
