/**
 * What authors and users of storage adapters test with: {@linkcode conformance}, which proves that
 * an adapter keeps the contract of `StorageAdapter`, and {@linkcode faulty}, which makes an adapter
 * fail as networks do.
 *
 * A test file for an adapter of your own is one call:
 *
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { conformance } from "@flagstone/flagging/testing";
 *
 * conformance("MemoryAdapter keeps the contract", () => ({
 *   adapter: new MemoryAdapter(),
 *   holdsBytesInMemory: true,
 * }), { test: () => {} }); // leave `test` out: the default is Deno.test
 * ```
 *
 * A program is tested on a bad day by a wrapper:
 *
 * ```ts
 * import { MemoryAdapter, StorageError } from "@flagstone/flagging";
 * import { faulty } from "@flagstone/flagging/testing";
 * import { assert, assertEquals, assertRejects } from "@std/assert";
 *
 * const memory = new MemoryAdapter();
 * const storage = faulty(memory, { seed: 1, lostAnswer: 1 });
 * const error = await assertRejects(
 *   () => storage.write("a", new Uint8Array(3)),
 *   StorageError,
 * );
 * assertEquals(error.outcome, "unknown");
 * assert(await memory.stat("a") !== null); // it was applied none the less
 * ```
 *
 * @module
 */
export {
  behaviours,
  conformance,
  type ConformanceOptions,
  notCovered,
  runBehaviour,
  type StepRunner,
  type TestRunner,
} from "./conformance/conformance.ts";
export type {
  Behaviour,
  BehaviourContext,
  ConformanceFactory,
  ConformanceSettings,
  ConformanceStore,
} from "./conformance/behaviour.ts";
export {
  type RacerJob,
  type RacerOptions,
  type RacerResult,
  runRacer,
} from "./conformance/racer.ts";
export { faulty, type FaultyAdapter } from "./faulty/faulty.ts";
export type { FaultyOptions, InjectedFaults } from "./faulty/options.ts";
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
