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
export { probe, type ProbeCheck, type ProbeOptions, type ProbeReport } from "./probe.ts";
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
