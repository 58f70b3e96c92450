import { type DatasetRow, type ReadRows, textIn } from "./dataset_row.ts";

/** Returns a reader of the rows that stand: neither replaced nor withdrawn, and one of each id. */
export async function currentRows(rows: ReadRows): Promise<ReadRows> {
  const replaced = new Set<string>();
  for await (const row of rows()) {
    const earlier = textIn(row, "replaces");
    if (earlier !== "") replaced.add(earlier);
  }
  return () => standing(rows, replaced);
}

async function* standing(
  rows: ReadRows,
  replaced: ReadonlySet<string>,
): AsyncGenerator<DatasetRow, void, undefined> {
  const seen = new Set<string>();
  for await (const row of rows()) {
    const id = textIn(row, "id");
    const earlier = textIn(row, "replaces");
    // A row that was added since the first reading replaces one that may have been returned.
    const isNew = earlier !== "" && !replaced.has(earlier);
    const isWithdrawal = earlier !== "" && textIn(row, "flag") === "";
    if (isNew || isWithdrawal || replaced.has(id) || seen.has(id)) continue;
    if (id !== "") seen.add(id);
    yield row;
  }
}
