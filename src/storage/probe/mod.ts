/**
 * Checks, before a store is used, that it does what its adapter declares.
 *
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { probe } from "@flagstone/flagging/probe";
 *
 * await probe(new MemoryAdapter()); // throws `Misconfigured` if the store ignores conditions
 * ```
 *
 * @module
 */
export {
  probe,
  /** One check of a probe. */
  type ProbeCheck,
  /** Options of `probe()`. */
  type ProbeOptions,
  /** The result of a probe. */
  type ProbeReport,
} from "./probe.ts";
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
