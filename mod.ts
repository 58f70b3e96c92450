/**
 * Logs flagged samples (a model's inputs and outputs, and a person's verdict) as CSV datasets on the
 * local disk, in memory, on S3 or R2, or on a custom storage adapter.
 *
 * ```ts
 * import { createLogger, MemoryAdapter, value } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter(); // without it, samples go to ./flagged on the local disk
 * const logger = createLogger({ question: value<string>(), answer: value<string>() }, { storage });
 * const total = await logger.flag({ question: "2 + 2?", answer: "5" }, { flag: "wrong" });
 * assertEquals(total, 1);
 * ```
 *
 * @module
 */
export {
  createLogger,
  /** Options of `createLogger()`. */
  type CreateLoggerOptions,
  /** Options of `KeyedLogger.flag()`. */
  type KeyedFlagOptions,
  KeyedLogger,
} from "./src/loggers/create_logger.ts";
export type {
  /** The components of a keyed logger, by the keys of its samples. */
  Fields,
  /** A sample with a value for each field. */
  KeyedSample,
} from "./src/loggers/keyed_fields.ts";
export {
  CSVLogger,
  /** Options of `CSVLogger`. */
  type CSVLoggerOptions,
  /** Options of `CSVLogger.flag()`. */
  type FlagOptions,
} from "./src/loggers/csv_logger.ts";
export {
  ClassicCSVLogger,
  /** Options of `ClassicCSVLogger`. */
  type ClassicCSVLoggerOptions,
} from "./src/loggers/classic_csv_logger.ts";
export { SimpleCSVLogger } from "./src/loggers/simple_csv_logger.ts";
export {
  ChatCSVLogger,
  /** A person's verdict on one message. */
  type LikeData,
} from "./src/loggers/chat_csv_logger.ts";
export type {
  /** The settings of a subclass of `DatasetLogger`. */
  DatasetLoggerSettings,
  /** A sample that was saved before. */
  KnownSample,
  /** Options that every logger accepts. */
  LoggerOptions,
} from "./src/loggers/logger_options.ts";
export { DatasetLogger } from "./src/loggers/dataset_logger.ts";
export type {
  /** The extra texts of a sample, by their columns. */
  Extras,
} from "./src/loggers/_cells.ts";
export {
  /** The components of samples, or labels for plain values. */
  type Components,
  FlaggingCallback,
  /** A value for each component. */
  type Sample,
} from "./src/loggers/flagging_callback.ts";
export type {
  /** How text that a spreadsheet could evaluate as a formula is written. */
  Formulas,
} from "./src/csv/formulas.ts";
export type {
  /** How samples reach the store. */
  WriteMode,
} from "./src/dataset/log/write_mode.ts";
export type {
  /** How long a logger repeats requests. */
  RetryOptions,
} from "./src/storage/kit/backoff.ts";
export {
  /** The state of a flag button. */
  type ButtonUpdate,
  FlagMethod,
  flagMethods,
  /** An option of a flag button. */
  type FlagOption,
  /** The person who presses a flag button. */
  type FlagRequest,
  /** How a flag button shows its result. */
  type VisualFeedbackOptions,
} from "./src/buttons/flag_method.ts";
export type {
  /** The form of a value in the CSV file. */
  Cell,
  /** The part of the logger that a component uses. */
  CellContext,
  /** One input or output of a model. */
  Component,
  /** The bytes of a file. */
  FileSource,
} from "./src/components/component.ts";
export {
  file,
  /** Options of `file()` and `files()`. */
  type FileOptions,
  files,
  /** A file, or an object that holds files. */
  type FileValue,
} from "./src/components/file.ts";
export {
  /** Gradio's description of a file. */
  type FileData,
  isFileData,
} from "./src/components/file_data.ts";
export { value } from "./src/components/value.ts";
export {
  LocalFsAdapter,
  /** Options of `LocalFsAdapter`. */
  type LocalFsAdapterOptions,
} from "./src/storage/local_fs/mod.ts";
export {
  MemoryAdapter,
  /** Options of `MemoryAdapter`. */
  type MemoryAdapterOptions,
} from "./src/storage/memory_adapter.ts";
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
} from "./src/storage/storage_adapter.ts";
export {
  hasCode,
  /** Whether a failed mutation may have happened. */
  type Outcome,
  StorageError,
  /** The code of a `StorageError`. */
  type StorageErrorCode,
  /** Options of the constructor of `StorageError`. */
  type StorageErrorOptions,
} from "./src/storage/storage_error.ts";
