import { type DatasetRow, type ReadRows, textIn } from "./dataset_row.ts";

/** The last row of each text in a column, and all rows without a text in it. Reads the rows twice. */
export async function* latestRows(
  rows: ReadRows,
  column: string,
): AsyncGenerator<DatasetRow, void, undefined> {
  const latest = new Map<string, { timestamp: string; at: number }>();
  let count = 0;
  for await (const row of rows()) {
    const { timestamp = "" } = row;
    const text = textIn(row, column);
    const known = latest.get(text);
    if (!known || timestamp >= known.timestamp) latest.set(text, { timestamp, at: count });
    count++;
  }
  let at = 0;
  for await (const row of rows()) {
    if (at === count) return; // was added since, perhaps to a sample that was returned
    const text = textIn(row, column);
    if (text === "" || latest.get(text)?.at === at) yield row;
    at++;
  }
}
