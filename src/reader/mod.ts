/**
 * Reads datasets back: the rows of a file, one after the other, whatever its size.
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
export { type DatasetRow, readDataset, type ReadDatasetOptions } from "./read_dataset.ts";
export { readRecords } from "./read_records.ts";
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
} from "../storage/storage_adapter.ts";
