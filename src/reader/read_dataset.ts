import { unescapeCell } from "../csv/escape.ts";
import { objectKeysOf } from "../dataset/log/part_keys.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { readRecords } from "./read_records.ts";

/**
 * One sample: its texts by their columns. A second column `name` is read as `name (2)`.
 *
 * @category Reading
 */
export type DatasetRow = Record<string, string>;

/**
 * Options of {@linkcode readDataset}.
 *
 * @category Reading
 */
export interface ReadDatasetOptions {
  /**
   * A column that identifies samples, such as the `id` that a logger with `sampleId` writes. Only the
   * first of the samples with the same text in it is returned. Keeps the texts in memory.
   */
  readonly uniqueBy?: string | undefined;
}

/** Column names, in which the second `name` is `name (2)`, so that no value hides another. */
function distinct(names: readonly string[]): string[] {
  const seen: string[] = [];
  for (const name of names) {
    let distinct = name;
    for (let n = 2; seen.includes(distinct); n++) distinct = `${name} (${n})`;
    seen.push(distinct);
  }
  return seen;
}

/** The samples of one object with a header. */
async function* readRows(
  storage: StorageAdapter,
  key: string,
): AsyncGenerator<DatasetRow, void, undefined> {
  let header: string[] | undefined;
  for await (const cells of readRecords(storage, key)) {
    if (header === undefined) header = distinct(cells.map(unescapeCell));
    else yield Object.fromEntries(header.map((name, i) => [name, unescapeCell(cells[i] ?? "")]));
  }
}

/**
 * The samples of a dataset with headers, in all its parts and segments, with their texts as they
 * were flagged.
 *
 * @param storage The storage of the dataset
 * @param key The dataset's file, such as `"flagged/dataset1.csv"`
 * @category Reading
 */
export async function* readDataset(
  storage: StorageAdapter,
  key: string,
  { uniqueBy }: ReadDatasetOptions = {},
): AsyncGenerator<DatasetRow, void, undefined> {
  const seen = new Set<string>();
  for (const file of await objectKeysOf(storage, key)) {
    for await (const row of readRows(storage, file)) {
      const text = uniqueBy === undefined ? "" : row[uniqueBy] ?? "";
      if (text !== "" && seen.has(text)) continue;
      if (text !== "") seen.add(text);
      yield row;
    }
  }
}
