import type { Dataset, DatasetOptions } from "../reader/dataset.ts";
import { ABOUT } from "./_brief.ts";
import { newestRows } from "./_newest_rows.ts";

const ROWS_SEEN = 300;
const MOST_VALUES = 12;
const MOST_CHARACTERS = 40;
const MOST_COLUMNS = 6;

/** The columns besides `flag` and `username` whose latest rows have only few and short texts. */
export async function fewValued(dataset: Dataset, options: DatasetOptions): Promise<string[]> {
  const { rows } = await newestRows(dataset, {
    ...{ filter: {}, limit: ROWS_SEEN, before: null, accepts: () => true, options },
    keep: ({ values }) => shortOnly(values),
  });
  const found = dataset.columns.map(({ name }) => name).filter((name) => {
    if (ABOUT.has(name) && name !== "reason") return false;
    const texts = rows.map((row) => row.get(name) ?? "");
    const distinct = new Set(texts);
    return !distinct.has(LONG) && distinct.size >= 2 && distinct.size <= MOST_VALUES &&
      distinct.size * 2 <= texts.length;
  });
  return found.slice(0, MOST_COLUMNS);
}

/** Stands for every text that is too long. */
const LONG = "\0";

function shortOnly(values: Readonly<Record<string, string | null>>): Map<string, string> {
  const short = Object.entries(values).map(([name, text]) => {
    const shown = text ?? "";
    return [name, shown.length > MOST_CHARACTERS ? LONG : shown] as const;
  });
  return new Map(short);
}
