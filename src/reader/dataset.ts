import type { Formulas } from "../csv/formulas.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Cursor } from "./cursor.ts";
import type { Damage } from "./damage.ts";
import type { DatasetIndex, IndexOptions } from "./dataset_index.ts";
import type { Filter } from "./filter.ts";
import type { Sample } from "./sample.ts";

/**
 * The kind of values in a column:
 *
 * - `"text"`: a string, also an empty one
 * - `"json"`: what `JSON.parse()` returns
 * - `"integer"`, `"number"`: a number
 * - `"boolean"`: `true` or `false`, also written `True` or `False` as Python does
 * - `"timestamp"`: a `Date`
 * - `"file"`, `"files"`: the path or the paths in the cell; `Sample.files()` opens them
 * - `"chat"`: an array of messages `{ role, content }`
 *
 * @category Reading
 */
export type ColumnType =
  | "text"
  | "json"
  | "integer"
  | "number"
  | "boolean"
  | "timestamp"
  | "file"
  | "files"
  | "chat";

/**
 * A column of a table.
 *
 * @category Reading
 */
export interface Column {
  /** The name. The second column `name` of a file is `name (2)`. */
  readonly name: string;
  /** The kind of its values, as the option `types` says. */
  readonly type: ColumnType;
  /** The names of the data files that have the column: `dataset1.csv`, `log.csv`. */
  readonly files: readonly string[];
}

/**
 * One object that holds rows: a part or a segment of a data file.
 *
 * @category Reading
 */
export interface Piece {
  /** The key in the storage. */
  readonly key: string;
  /** The name of the data file that it belongs to, such as `dataset1.csv`. */
  readonly file: string;
  /** The number in that name: 2 for `dataset2.csv`, 1 for `log.csv`. */
  readonly version: number;
  /** The number of the part: 1, 2, … */
  readonly part: number;
  /** The name of the only writer of a segment; `null` for a part. */
  readonly writer: string | null;
  /** The size in bytes when the dataset was opened. */
  readonly bytes: number;
  /** Whether no row is added any more: a segment whose name is more than 48 h old. */
  readonly closed: boolean;
  /** The names of the columns in their order; empty if it has no row yet. */
  readonly columns: readonly string[];
}

/**
 * Options of `openDataset()`.
 *
 * @category Reading
 */
export interface DatasetOptions {
  /**
   * The names of the data files to read, such as `["dataset1.csv"]`, in their order.
   *
   * @default {every `log<N>.csv` and `dataset<N>.csv`}
   */
  readonly files?: readonly string[] | undefined;
  /**
   * The columns of the table: those of all files, those that all files have, or these. A `log.csv`
   * without a header, such as that of `SimpleCSVLogger`, needs the names of its columns here.
   *
   * @default {"union"}
   */
  readonly columns?: "union" | "common" | readonly string[] | undefined;
  /**
   * The types of columns: all are text; those that all rows of the dataset fit, for which it is read
   * once when it is opened; or given types, the other columns being text.
   *
   * @default {"text"}
   */
  readonly types?: "text" | "infer" | Readonly<Record<string, ColumnType>> | undefined;
  /**
   * How the logger wrote text that a spreadsheet could evaluate: its option `formulas`. With
   * `"as-typed"` cells are returned as they stand in the files.
   *
   * @default {"gradio"}
   */
  readonly formulas?: Formulas | undefined;
  /** Aborts the opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of `Dataset.rows()`.
 *
 * @category Reading
 */
export interface RowsOptions extends Filter {
  /** The columns of `Sample.values`; other cells are not decoded. @default {all} */
  readonly select?: readonly string[] | undefined;
  /**
   * The order: as the rows are stored, file after file; or by `timestamp`, the oldest or the newest
   * first, for which the dataset is read twice and 24 bytes for each row are kept in memory.
   *
   * @default {"stored"}
   */
  readonly order?: "stored" | "timestamp" | "-timestamp" | undefined;
  /**
   * A column that identifies samples, such as `id`. Only one row of each text in it is yielded; rows
   * without a text in it all are. Reads the dataset twice and keeps the texts in memory.
   *
   * @default {every row is yielded}
   */
  readonly uniqueBy?: string | undefined;
  /** Which row of equal ones `uniqueBy` keeps, by `timestamp`. @default {"last"} */
  readonly keep?: "first" | "last" | undefined;
  /**
   * Whether only rows of feedback that stand are yielded: not those whose `id` another row has in
   * `replaces`, and no withdrawals.
   *
   * @default {false}
   */
  readonly current?: boolean | undefined;
  /**
   * Columns of which each combination of texts is yielded once, by its latest row: with
   * `["subject", "username"]` a person has one verdict on a subject. Rows whose texts in them are all
   * empty are all yielded. Applied after `current`.
   *
   * @default {every row is yielded}
   */
  readonly onePer?: readonly string[] | undefined;
  /** Yields only rows after this place: the `cursor` of a sample of an earlier reading. */
  readonly after?: Cursor | undefined;
  /**
   * Whether to wait for further rows and yield them as they come in, until `signal` aborts. New files
   * are found as well. Only in the order `"stored"`.
   *
   * @default {false}
   */
  readonly follow?: boolean | undefined;
  /** The time between two looks for new rows of `follow`, in milliseconds. @default {1000} */
  readonly intervalMs?: number | undefined;
  /**
   * Called with each place that cannot be read as the rows that were written; reading then goes on.
   *
   * @default {"throw": rejects with a `DamageError`}
   */
  readonly onDamage?: "throw" | ((damage: Damage) => void) | undefined;
  /** The largest number of rows. @default {no limit} */
  readonly limit?: number | undefined;
  /** Ends the reading with the signal's reason; a reading with `follow` just ends. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The rows of all data files of a directory, as one table.
 *
 * @category Reading
 */
export interface Dataset {
  /** The storage that holds it. */
  readonly storage: StorageAdapter;
  /** The directory as a key prefix: empty, or with its final `/`. */
  readonly directory: string;
  /** The columns of the table. */
  readonly columns: readonly Column[];
  /** The objects that hold the rows, in the order in which they are read. */
  readonly pieces: readonly Piece[];
  /**
   * Reads the rows. Memory does not grow with their number, unless an option says so. Rows that are
   * added meanwhile may be yielded or not.
   *
   * @throws {DamageError} If a place cannot be read as rows, and `onDamage` is not a function
   * @throws {StorageError} `Conflict` if the files changed so that rows after a cursor cannot be told
   */
  rows(options?: RowsOptions): AsyncGenerator<Sample, void, undefined>;
  /** Reads the sample that begins at an offset of a piece; `null` if there is none. */
  sampleAt(key: string, start: number): Promise<Sample | null>;
  /** Reads the dataset once, and answers counts, facets and pages from then on. */
  index(options?: IndexOptions): Promise<DatasetIndex>;
  /** Releases what `openDataset()` opened: the local disk, if it was given a path. */
  [Symbol.asyncDispose](): Promise<void>;
}
