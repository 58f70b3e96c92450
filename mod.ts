/**
 * Logs flagged samples, a model's inputs and outputs and what a person said of them, as CSV datasets
 * on whatever storage there is: the local disk, memory, or an adapter of one's own.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter(); // without a storage: the directory "flagged" of the disk
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"]);
 * const total = await logger.flag(["2 + 2?", "5"], "wrong", "ada");
 * assertEquals(total, 1);
 * ```
 *
 * @module
 */
export type { Cell, CellContext, Component, FileSource } from "./src/components/component.ts";
export { file, type FileOptions, files } from "./src/components/file.ts";
export { type FileData, isFileData } from "./src/components/file_data.ts";
export { value } from "./src/components/value.ts";
export { decodeRecord } from "./src/csv/decode.ts";
export { encodeRow } from "./src/csv/encode.ts";
export { escapeCell, unescapeCell } from "./src/csv/escape.ts";
export type { WriteMode } from "./src/dataset/log/part_writer.ts";
export type { Field } from "./src/dataset/fields.ts";
export type { RetryOptions } from "./src/dataset/retries.ts";
export { formatTimestamp } from "./src/dataset/timestamp.ts";
export {
  DatasetLogger,
  type DatasetLoggerSettings,
  type LoggerOptions,
  optionalField,
} from "./src/loggers/dataset_logger.ts";
export { ChatCSVLogger, type LikeData } from "./src/loggers/chat_csv_logger.ts";
export {
  ClassicCSVLogger,
  type ClassicCSVLoggerOptions,
} from "./src/loggers/classic_csv_logger.ts";
export { CSVLogger, type CSVLoggerOptions, type FlagOptions } from "./src/loggers/csv_logger.ts";
export {
  type ButtonUpdate,
  FlagMethod,
  flagMethods,
  type FlagOption,
  type FlagRequest,
  type VisualFeedbackOptions,
} from "./src/buttons/flag_method.ts";
export { type Components, FlaggingCallback, type Sample } from "./src/loggers/flagging_callback.ts";
export { SimpleCSVLogger } from "./src/loggers/simple_csv_logger.ts";
export { LocalFsAdapter, type LocalFsAdapterOptions } from "./src/storage/local_fs/mod.ts";
export { MemoryAdapter, type MemoryAdapterOptions } from "./src/storage/memory_adapter.ts";
export type {
  AppendOptions,
  AtomicScope,
  ByteRange,
  Capabilities,
  ListOptions,
  ObjectInfo,
  ObjectVersion,
  OperationOptions,
  Precondition,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "./src/storage/storage_adapter.ts";
export {
  hasCode,
  type Outcome,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
} from "./src/storage/storage_error.ts";
export { validateKey } from "./src/storage/validate_key.ts";
