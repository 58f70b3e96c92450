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
  /** Options of `conformance()`. */
  type ConformanceOptions,
  notCovered,
  runBehaviour,
  /** Runs the steps of a test. */
  type StepRunner,
  /** Registers a test. */
  type TestRunner,
} from "./conformance/conformance.ts";
export type {
  /** One sentence of the contract, and its proof. */
  Behaviour,
  /** What a behaviour is examined with. */
  BehaviourContext,
  /** Makes a fresh, empty store. */
  ConformanceFactory,
  /** How hard the suite tries. */
  ConformanceSettings,
  /** A store under test. */
  ConformanceStore,
} from "./conformance/behaviour.ts";
export {
  /** The work of one racing process. */
  type RacerJob,
  /** Options of `runRacer()`. */
  type RacerOptions,
  /** What a racing process did. */
  type RacerResult,
  runRacer,
} from "./conformance/racer.ts";
export {
  faulty,
  /** An adapter that fails on purpose. */
  type FaultyAdapter,
} from "./faulty/faulty.ts";
export type {
  /** The faults and their probabilities. */
  FaultyOptions,
  /** The number of faults so far, by kind. */
  InjectedFaults,
} from "./faulty/options.ts";
export type {
  /** Options of `StorageAdapter.append()`. */
  AppendOptions,
  /** The callers among whom an atomic operation has one winner. */
  AtomicScope,
  /** A part of an object, in bytes. */
  ByteRange,
  /** What an adapter promises. */
  Capabilities,
  /** Options of `StorageAdapter.list()`. */
  ListOptions,
  /** What a store reports about an object. */
  ObjectInfo,
  /** One state of one object. */
  ObjectVersion,
  /** Options of every operation. */
  OperationOptions,
  /** What must hold for a write to happen. */
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
} from "../storage/storage_adapter.ts";
