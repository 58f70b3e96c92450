/**
 * Reads what was flagged: all data files of a directory as one table, in memory that does not grow with
 * their size.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { openDataset } from "@flagstone/flagging/dataset";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"]);
 * await logger.flag(["=1+1", "2"], "wrong");
 *
 * const dataset = await openDataset(storage, "flagged");
 * for await (const { values } of dataset.rows()) {
 *   assertEquals(values.question, "=1+1");
 *   assertEquals(values.flag, "wrong");
 * }
 * ```
 *
 * @module
 */
export type {
  /** How text that a spreadsheet could evaluate as a formula is written. */
  Formulas,
} from "../csv/formulas.ts";
export type {
  /** A message of a conversation. */
  ChatMessage,
} from "./chat_message.ts";
export type {
  /** A place up to which rows were read. */
  Cursor,
} from "./cursor.ts";
export {
  /** A place that cannot be read as the rows that were written. */
  type Damage,
  DamageError,
  /** The kind of damage. */
  type DamageKind,
} from "./damage.ts";
export type {
  /** A column of a table. */
  Column,
  /** The kind of values in a column. */
  ColumnType,
  /** The rows of all data files of a directory, as one table. */
  Dataset,
  /** Options of `openDataset()`. */
  DatasetOptions,
  /** One object that holds rows. */
  Piece,
  /** Options of `Dataset.rows()`. */
  RowsOptions,
} from "./dataset.ts";
export type {
  /** The rows of a dataset at one time, counted. */
  DatasetIndex,
  /** A text of a column, and how many rows have it. */
  FacetValue,
  /** The rows in a span of time. */
  HistogramBucket,
  /** Options of `Dataset.index()`. */
  IndexOptions,
  /** Options of `DatasetIndex.page()`. */
  PageOptions,
} from "./dataset_index.ts";
export { DatasetNotFoundError } from "./dataset_not_found_error.ts";
export type {
  /** Tests of a cell. */
  CellTest,
  /** What a cell must be. */
  Condition,
  /** Which rows are meant. */
  Filter,
} from "./filter.ts";
export { openDataset } from "./open_dataset.ts";
export {
  /** One sample, as texts by their columns. */
  type DatasetRow,
  readDataset,
  /** Options of `readDataset()`. */
  type ReadDatasetOptions,
} from "./read_dataset.ts";
export { readRecords } from "./read_records.ts";
export type {
  /** A stored file that a cell names. */
  FileRef,
  /** One row of a dataset. */
  Sample,
} from "./sample.ts";
export type {
  /** Options of `StorageAdapter.append()`. */
  AppendOptions,
  /** The callers among whom an atomic operation has one winner. */
  AtomicScope,
  /** A filter for the bytes of an object, for `StorageAdapter.rewrite()`. */
  ByteFilter,
  /** A part of an object, in bytes. */
  ByteRange,
  /** The guarantees of an adapter. */
  Capabilities,
  /** Options of `StorageAdapter.check()`. */
  CheckOptions,
  /** Options of `StorageAdapter.list()`. */
  ListOptions,
  /** The properties of an object that a store reports. */
  ObjectInfo,
  /** One state of one object. */
  ObjectVersion,
  /** Options of every operation. */
  OperationOptions,
  /** A condition of a write. */
  Precondition,
  /** Options of `StorageAdapter.read()`. */
  ReadOptions,
  /** An object, or a part of it, being read. */
  ReadResult,
  /** A place that keeps objects under keys. */
  StorageAdapter,
  /** The body of a write. */
  WriteBody,
  /** Options of `StorageAdapter.write()`. */
  WriteOptions,
} from "../storage/storage_adapter.ts";
