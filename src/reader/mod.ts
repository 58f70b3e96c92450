/**
 * Reads datasets row by row, in memory that does not grow with their size.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { readDataset } from "@flagstone/flagging/reader";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"]);
 * await logger.flag(["=1+1", "2"], "wrong");
 *
 * for await (const row of readDataset(storage, "flagged/dataset1.csv")) {
 *   assertEquals(row.question, "=1+1");
 *   assertEquals(row.flag, "wrong");
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
  /** One sample, as texts by their columns. */
  DatasetRow,
} from "./dataset_row.ts";
export {
  readDataset,
  /** Options of `readDataset()`. */
  type ReadDatasetOptions,
} from "./read_dataset.ts";
export { readRecords } from "./read_records.ts";
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
