// Reads the rows that the page shows.
import { LocalFsAdapter } from "@flagstone/flagging";
import { type DatasetRow, readDataset } from "@flagstone/flagging/dataset";
import { shorten } from "./_show.ts";

/** A row as the page shows it. */
export interface ShownRow {
  readonly id: string;
  /** Whether the row is a verdict that was replaced or withdrawn. */
  readonly isOver: boolean;
  readonly cells: readonly string[];
}

/** A dataset as the page shows it: some columns of its last rows, the newest one first. */
export interface ShownDataset {
  /** The path of the file. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly ShownRow[];
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  "images/dataset1.csv": ["prompt", "picture", "flag", "comment", "id", "replaces", "timestamp"],
  "messages/dataset1.csv": ["subject", "value", "flag", "comment", "id", "replaces", "timestamp"],
};
const WIDTHS: Readonly<Record<string, number>> = { id: 8, replaces: 8 };
const MOST_ROWS = 8;

async function shownDataset(key: string, columns: readonly string[]): Promise<ShownDataset> {
  const storage = new LocalFsAdapter({ root: "flagged" });
  if (await storage.stat(key) === null) return { file: `flagged/${key}`, columns, rows: [] };
  const rows = await Array.fromAsync(readDataset(storage, key));
  const current = await Array.fromAsync(readDataset(storage, key, { current: true }));
  const standing = new Set(current.map(({ id }) => id));
  const shown = (row: DatasetRow): ShownRow => ({
    id: row.id ?? "",
    isOver: row.flag !== "" && !standing.has(row.id), // without a flag, it is a withdrawal
    cells: columns.map((name) => shorten(row[name] ?? "", WIDTHS[name])),
  });
  return { file: `flagged/${key}`, columns, rows: rows.slice(-MOST_ROWS).reverse().map(shown) };
}

/** Returns the datasets of the page. */
export async function shownDatasets(): Promise<ShownDataset[]> {
  return await Promise.all(
    Object.entries(COLUMNS).map(([key, columns]) => shownDataset(key, columns)),
  );
}
