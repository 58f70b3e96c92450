import type { Formulas } from "../csv/formulas.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { openDataset } from "./open_dataset.ts";

/**
 * One sample of a data file: its texts by their columns. A second column `name` is read as `name (2)`.
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

/**
 * The samples of one data file, in all its parts and segments, with their texts as they were flagged.
 * Damage is passed over. `openDataset()` reads all data files of a directory, and tells damage.
 *
 * @param storage The storage of the dataset
 * @param key The data file, such as `"flagged/dataset1.csv"`
 * @throws {DatasetNotFoundError} If there is no such file
 * @throws {TypeError} If the option `formulas` is unknown
 * @category Reading
 */
export async function* readDataset(
  storage: StorageAdapter,
  key: string,
  { uniqueBy, current, formulas, columns }: ReadDatasetOptions = {},
): AsyncGenerator<DatasetRow, void, undefined> {
  const directory = key.slice(0, key.lastIndexOf("/") + 1);
  const files = [key.slice(directory.length)];
  const dataset = await openDataset(storage, directory, { files, formulas, columns });
  const known = dataset.columns.some(({ name }) => name === uniqueBy);
  const options = { current, uniqueBy: known ? uniqueBy : undefined, onDamage: () => {} };
  for await (const { values } of dataset.rows(options)) {
    const there = Object.entries(values).filter(([, text]) => text !== null);
    yield Object.fromEntries(there) as DatasetRow;
  }
}
