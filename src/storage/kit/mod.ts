/**
 * The base class for adapters of your own, and the helpers that the adapters of this package use.
 *
 * An adapter is a subclass of {@linkcode StorageDriver} with five primitives. The base checks every
 * call before it reaches them.
 *
 * ```ts
 * import { StorageDriver } from "@flagstone/flagging/adapter";
 * import type { DriverCall, StoredBody, StoredInfo } from "@flagstone/flagging/adapter";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * class EmptyAdapter extends StorageDriver {
 *   constructor() {
 *     super({ name: "empty" });
 *   }
 *   protected override statObject(_call: DriverCall): StoredInfo | null {
 *     return null;
 *   }
 *   protected override readObject(_call: DriverCall): StoredBody | null {
 *     return null;
 *   }
 *   protected override writeObject(): never {
 *     throw new Error("the store is read-only");
 *   }
 *   protected override deleteObject(): void {}
 *   protected override listObjects(): [] {
 *     return [];
 *   }
 * }
 *
 * const storage = new EmptyAdapter();
 * assertEquals(await storage.stat("a"), null);
 * await assertRejects(() => storage.write("../a", new Uint8Array())); // refused by the base
 * ```
 *
 * Test an adapter with `conformance()` of `@flagstone/flagging/testing`.
 *
 * @module
 */
export {
  StorageDriver,
  /** Options of the constructor of `StorageDriver`. */
  type StorageDriverOptions,
} from "./storage_driver.ts";
export {
  RemoteDriver,
  /** Options of the constructor of `RemoteDriver`. */
  type RemoteDriverOptions,
} from "./remote_driver.ts";
export { LazyAdapter } from "./lazy_adapter.ts";
export type {
  /** A call of `appendObject()`. */
  AppendCall,
  /** The argument of every primitive. */
  DriverCall,
  /** A call of `listObjects()`. */
  ListCall,
  /** A call of `readObject()`. */
  ReadCall,
  /** The result of `readObject()`. */
  StoredBody,
  /** The bytes of a whole object. */
  StoredBytes,
  /** The properties of an object that a driver reports. */
  StoredInfo,
  /** The bytes of a range, as a stream. */
  StoredRange,
  /** A call of `writeObject()`. */
  WriteCall,
} from "./driver_calls.ts";
export {
  bodyBytes,
  /** The body of a write and its limits. */
  type BodyCall,
  bodyChunks,
} from "./body.ts";
export {
  /** The operation that failed. */
  type Attempt,
  fail,
  /** Why an operation failed. */
  type Failure,
} from "./fail.ts";
export { compareKeys, isValidKey, validateKey } from "../validate_key.ts";
export {
  hasCode,
  isStorageError,
  isTransient,
  /** Whether a failed mutation may have happened. */
  type Outcome,
  StorageError,
  /** The code of a `StorageError`. */
  type StorageErrorCode,
  /** Options of the constructor of `StorageError`. */
  type StorageErrorOptions,
} from "../storage_error.ts";
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
