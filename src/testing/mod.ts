/**
 * Tests for storage adapters and for programs that use them: {@linkcode conformance} tests that an
 * adapter keeps the contract of `StorageAdapter`, and {@linkcode faulty} injects faults into an
 * adapter, as networks do.
 *
 * The test file of an adapter is one call:
 *
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { conformance } from "@flagstone/flagging/testing";
 *
 * conformance("MemoryAdapter keeps the contract", () => ({
 *   adapter: new MemoryAdapter(),
 *   holdsBytesInMemory: true,
 * }), { test: () => {} }); // omit `test` in a test file: the default is Deno.test
 * ```
 *
 * To test how a program copes with failures, wrap its storage:
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
 * assert(await memory.stat("a") !== null); // the write was applied nevertheless
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
  /** One statement of the contract, with its test. */
  Behaviour,
  /** The store and the settings that a behaviour is tested with. */
  BehaviourContext,
  /** Creates a fresh, empty store. */
  ConformanceFactory,
  /** How thorough the suite is. */
  ConformanceSettings,
  /** A fresh, empty store and the ways to reach it. */
  ConformanceStore,
  /** A way to make a store answer nothing. */
  Silence,
} from "./conformance/behaviour.ts";
export {
  /** The work of one racer. */
  type RacerJob,
  /** Options of `runRacer()`. */
  type RacerOptions,
  /** The result of a racer. */
  type RacerResult,
  runRacer,
} from "./conformance/racer.ts";
export {
  faulty,
  /** A storage adapter that fails on purpose. */
  type FaultyAdapter,
} from "./faulty/faulty.ts";
export type {
  /** Options of `faulty()`. */
  FaultyOptions,
  /** The number of injected faults, by kind. */
  InjectedFaults,
} from "./faulty/options.ts";
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
} from "../storage/storage_adapter.ts";
