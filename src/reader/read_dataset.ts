import { type Formulas, type Restore, restoreOf } from "../csv/formulas.ts";
import { type ObjectKey, objectKeysOf } from "../dataset/log/part_keys.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { currentRows } from "./_current_rows.ts";
import { isCopy } from "./_is_copy.ts";
import { latestRows } from "./_latest_rows.ts";
import { distinct } from "./_layout.ts";
import { recordsOf } from "./_records_of.ts";
import type { DatasetRow } from "./dataset_row.ts";

/**
 * Options of {@linkcode readDataset}.
 *
 * @category Reading
 */
export interface ReadDatasetOptions {
  /**
   * A column that identifies samples, such as the `id` that a logger with `sampleId` writes. Only the
   * last of the samples with the same text in it is returned: the one with the latest `timestamp`, or
   * of equal ones the one that is read last. Samples without a text in it are all returned. Reads the
   * dataset twice, and keeps the texts and timestamps in memory.
   *
   * @default {every sample is returned}
   */
  readonly uniqueBy?: string | undefined;
  /**
   * Whether only the rows of feedback that stand are returned, whatever their order: not those whose `id`
   * another row has in `replaces`, no withdrawals, which are rows with a `replaces` and no `flag`, and
   * one row of each `id`. Reads the dataset once more, and keeps the ids in memory. A verdict in a
   * dataset of older columns is replaced only in that file.
   *
   * @default {false}
   */
  readonly current?: boolean | undefined;
  /**
   * How the logger wrote text that a spreadsheet could evaluate: its option `formulas`. With
   * `"as-typed"` cells are returned as they stand in the file.
   *
   * @default {"gradio"}
   */
  readonly formulas?: Formulas | undefined;
  /**
   * The names of the columns of a dataset without a header, such as that of `SimpleCSVLogger`.
   *
   * @default {the first row is the header}
   */
  readonly columns?: readonly string[] | undefined;
}

/** The error that there is no dataset with a key. */
async function missing(storage: StorageAdapter, key: string): Promise<Error> {
  const { notFound } = await import("./_not_found.ts");
  const directory = key.slice(0, key.lastIndexOf("/") + 1);
  const files = [key.slice(directory.length)];
  return await notFound(storage, directory, { shown: directory, files });
}

/** How objects are read. */
interface Reading {
  /** The key of the dataset. */
  readonly first: string;
  readonly restore: Restore;
  readonly columns: readonly string[] | undefined;
}

/** The samples of objects. */
async function* readFiles(
  storage: StorageAdapter,
  keys: readonly ObjectKey[],
  reading: Reading,
): AsyncGenerator<DatasetRow, void, undefined> {
  for (const key of keys) yield* readRows(storage, key, reading);
}

/** The samples of one object. */
async function* readRows(
  storage: StorageAdapter,
  { key, holds }: ObjectKey,
  { first, restore, columns }: Reading,
): AsyncGenerator<DatasetRow, void, undefined> {
  const result = await storage.read(key);
  if (result === null) return;
  let isPart = false;
  try {
    isPart = holds(result.info) ?? !await isCopy(storage, key, first);
  } finally {
    if (!isPart) await result.body.cancel();
  }
  if (!isPart) return;
  let header = columns && distinct(columns);
  for await (const cells of recordsOf(result)) {
    if (columns && columns.length !== cells.length) {
      throw new TypeError(`Cannot read ${key} as a row has ${cells.length} cells: name them all`);
    }
    if (header === undefined) header = distinct(cells.map(restore));
    else yield Object.fromEntries(header.map((name, i) => [name, restore(cells[i] ?? "")]));
  }
}

/**
 * The samples of a dataset, in all its parts and segments, with their texts as they
 * were flagged.
 *
 * @param storage The storage of the dataset
 * @param key The dataset's file, such as `"flagged/dataset1.csv"`
 * @throws {DatasetNotFoundError} If there is no such dataset
 * @throws {TypeError} If the option `formulas` is unknown, or a row does not fit the option `columns`
 * @category Reading
 */
export async function* readDataset(
  storage: StorageAdapter,
  key: string,
  { uniqueBy, current = false, formulas, columns }: ReadDatasetOptions = {},
): AsyncGenerator<DatasetRow, void, undefined> {
  const reading = { first: key, restore: await restoreOf(formulas), columns };
  const files = await objectKeysOf(storage, key);
  if (files.length === 0) throw await missing(storage, key);
  const all = () => readFiles(storage, files, reading);
  const rows = current ? await currentRows(all) : all;
  yield* uniqueBy === undefined ? rows() : latestRows(rows, uniqueBy);
}
