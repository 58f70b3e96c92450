/**
 * Wrappers around any adapter. Each is an adapter itself and keeps the contract of the one it wraps.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { observed, prefixed, retrying } from "@flagstone/flagging/wrappers";
 * import { assert } from "@std/assert";
 *
 * const operations: string[] = [];
 * const storage = observed(
 *   retrying(prefixed(new MemoryAdapter(), "team-a/")),
 *   ({ operation, key }) => operations.push(`${operation} ${key}`),
 * );
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"]);
 * await logger.flag(["2 + 2?", "5"], "wrong");
 * assert(operations.includes("append flagged/dataset1.csv"));
 * ```
 *
 * @module
 */
export { limited } from "./limited.ts";
export { observed, type StorageEvent, type StorageHook } from "./observed.ts";
export { prefixed } from "./prefixed.ts";
export { retrying, type RetryingOptions } from "./retrying.ts";
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
} from "../storage_adapter.ts";
export { timed } from "./timed.ts";
