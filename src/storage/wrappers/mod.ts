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
export {
  observed,
  /** One operation that is over. */
  type StorageEvent,
  /** Called after each operation. */
  type StorageHook,
} from "./observed.ts";
export { prefixed } from "./prefixed.ts";
export {
  retrying,
  /** Options of `retrying()`. */
  type RetryingOptions,
} from "./retrying.ts";
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
} from "../storage_adapter.ts";
export { timed } from "./timed.ts";
