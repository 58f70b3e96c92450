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
export { StorageDriver, type StorageDriverOptions } from "./storage_driver.ts";
export type {
  AppendCall,
  DriverCall,
  ListCall,
  ReadCall,
  StoredBody,
  StoredBytes,
  StoredInfo,
  StoredRange,
  WriteCall,
} from "./driver_calls.ts";
export { bodyBytes, type BodyCall, bodyChunks } from "./body.ts";
export { type Attempt, fail, type Failure } from "./fail.ts";
export { compareKeys, isValidKey, validateKey } from "../validate_key.ts";
export {
  hasCode,
  isStorageError,
  isTransient,
  type Outcome,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
} from "../storage_error.ts";
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
