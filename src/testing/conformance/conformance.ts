import { AssertionError } from "@std/assert";
import { appends } from "./append.ts";
import type {
  Behaviour,
  BehaviourContext,
  ConformanceFactory,
  ConformanceSettings,
  ConformanceStore,
} from "./behaviour.ts";
import { cancellation } from "./cancellation.ts";
import { create } from "./create.ts";
import { deletes } from "./delete.ts";
import { errors } from "./errors.ts";
import { keys } from "./keys.ts";
import { list } from "./list.ts";
import { metadata } from "./metadata.ts";
import { model } from "./model.ts";
import { ranges } from "./ranges.ts";
import { freshSeed } from "../random.ts";
import { streaming } from "./streaming.ts";
import { swap } from "./swap.ts";
import { versions } from "./versions.ts";
import { waiting } from "./waiting.ts";
import { writeAndRead } from "./write_and_read.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";

/**
 * Runs the steps of a test, such as Deno's `TestContext`.
 *
 * @category Testing
 */
export interface StepRunner {
  /** Runs one step, and fails the test if it rejects. */
  readonly step: (name: string, run: () => Promise<void>) => Promise<unknown>;
}

/**
 * Registers a test, as `Deno.test` does.
 *
 * @category Testing
 */
export type TestRunner = (
  name: string,
  run: (runner: StepRunner) => Promise<void>,
) => unknown;

/**
 * Options of {@linkcode conformance}.
 *
 * @category Testing
 */
export interface ConformanceOptions extends ConformanceSettings {
  /**
   * Registers the test. For `node:test`, pass
   * `(name, run) => test(name, (t) => run({ step: (name, run) => t.test(name, run) }))`.
   *
   * @default {Deno.test}
   */
  readonly test?: TestRunner | undefined;
}

/**
 * All behaviours of the suite, in the order of the contract, with the random operations last.
 *
 * @category Testing
 */
export const behaviours: readonly Behaviour[] = [
  ...writeAndRead,
  ...versions,
  ...create,
  ...swap,
  ...appends,
  ...ranges,
  ...streaming,
  ...deletes,
  ...list,
  ...keys,
  ...errors,
  ...cancellation,
  ...waiting,
  ...metadata,
  ...model,
];

const FULL_DISK = "needs a full disk or a killed process";
const WIRE = "needs a connection that a test can fake";
const FILES = "applies to file systems only";
const WRAPPERS = "applies to the wrappers, which have their own tests";

/**
 * The numbers of the contract that the suite leaves to the adapters' own tests, with the reasons.
 *
 * @category Testing
 */
export const notCovered: Readonly<Record<number, string>> = {
  46: FULL_DISK,
  47: FULL_DISK,
  59: "needs more than 2 GiB, or a sparse file",
  60: WIRE,
  68: WIRE,
  71: WIRE,
  72: WIRE,
  94: FILES,
  102: FILES,
  105: WIRE,
  109: WIRE,
  110: WIRE,
  111: WIRE,
  112: WIRE,
  113: WIRE,
  114: WIRE,
  121: WRAPPERS,
  128: FILES,
  129: FILES,
  130: FILES,
  131: FILES,
  132: FILES,
  133: WRAPPERS,
  134: WRAPPERS,
};

/** The time in milliseconds that a behaviour has to end after it was given up. */
const GRACE_MS = 100;

function titleOf({ number, name }: Behaviour): string {
  return number === 0 ? name : `${number}. ${name}`;
}

function settingsOf(
  { seed, operations, overwrites, increments, streamBytes, timeLimitMs }: ConformanceSettings,
): BehaviourContext["settings"] {
  return {
    seed: seed ?? freshSeed(),
    operations: operations ?? 400,
    overwrites: overwrites ?? 5000,
    increments: increments ?? 200,
    streamBytes: streamBytes ?? 64 * 1024 * 1024,
    timeLimitMs: timeLimitMs ?? 120_000,
  };
}

/** Resolves with whether a promise settles within a number of milliseconds. */
async function settled(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true, () => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a behaviour with a time limit, so that an adapter that never answers does not stop the
 * suite.
 */
async function runWithin(
  run: (signal: AbortSignal) => Promise<void>,
  ms: number,
): Promise<void> {
  const controller = new AbortController();
  const running = run(controller.signal);
  if (await settled(running, ms)) return await running;
  const late = new AssertionError(`No answer within ${ms} ms`);
  controller.abort(late);
  await settled(running, GRACE_MS);
  throw late;
}

/** Creates a store, uses it, and disposes of it and of all its instances. */
async function withStore(
  factory: ConformanceFactory,
  use: (
    store: ConformanceStore,
    open: BehaviourContext["open"],
  ) => Promise<void>,
): Promise<void> {
  const store = await factory();
  const instances: StorageAdapter[] = [store.adapter];
  const open = async (count: number) => {
    while (store.second !== undefined && instances.length < count) {
      instances.push(await store.second());
    }
    return instances.slice(0, count);
  };
  const dispose = async () => {
    for (const instance of instances) await instance[Symbol.asyncDispose]?.();
    await store.dispose?.();
  };
  try {
    await use(store, open);
  } catch (error) {
    // The first error matters more than an error of the disposal.
    await dispose().catch(() => {});
    throw error;
  }
  await dispose();
}

/**
 * Tests one behaviour on a fresh store, for a test runner of your own. {@linkcode conformance}
 * tests all of them.
 *
 * @param behaviour One of {@linkcode behaviours}
 * @param factory Creates the store
 * @param settings How thorough to be
 * @returns Whether the behaviour applies to the adapter's capabilities; if not, nothing was tested
 *
 * @category Testing
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { behaviours, runBehaviour } from "@flagstone/flagging/testing";
 * import { assert } from "@std/assert";
 *
 * for (const behaviour of behaviours.filter(({ group }) => group === "Ranges")) {
 *   assert(await runBehaviour(behaviour, () => ({ adapter: new MemoryAdapter() })));
 * }
 * ```
 */
export async function runBehaviour(
  behaviour: Behaviour,
  factory: ConformanceFactory,
  settings: ConformanceSettings = {},
): Promise<boolean> {
  let applies = true;
  await withStore(factory, async (store, open) => {
    const { adapter } = store;
    applies = behaviour.when?.(adapter.capabilities, store) ?? true;
    if (!applies) return;
    const context = { adapter, store, settings: settingsOf(settings), open };
    const run = (signal: AbortSignal) => behaviour.run({ ...context, signal });
    await runWithin(run, context.settings.timeLimitMs);
  });
  return applies;
}

/** Returns the behaviours that apply to the adapter of a factory. */
async function applicable(factory: ConformanceFactory): Promise<Behaviour[]> {
  const found: Behaviour[] = [];
  // deno-lint-ignore require-await -- withStore expects an async function
  await withStore(factory, async (store) => {
    const { capabilities } = store.adapter;
    found.push(...behaviours.filter(({ when }) => when?.(capabilities, store) ?? true));
  });
  return found;
}

function defaultTest(): TestRunner {
  const { Deno } = globalThis as { Deno?: { test?: TestRunner } };
  if (Deno?.test !== undefined) return Deno.test;
  throw new TypeError(
    "Cannot register the suite as there is no Deno.test: pass the option `test`",
  );
}

/**
 * Registers a test that an adapter keeps the contract, with one step for each behaviour. Each step
 * has a fresh store. The adapter's `capabilities` decide which behaviours apply: the adapter must
 * refuse every operation that it does not declare.
 *
 * @param name The name of the test
 * @param factory Creates a fresh, empty store
 * @param options How to register the test, and how thorough to be
 *
 * @category Testing
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { conformance } from "@flagstone/flagging/testing";
 *
 * const suite = Promise.withResolvers<void>();
 * conformance("MemoryAdapter keeps the contract", () => ({
 *   adapter: new MemoryAdapter(),
 *   holdsBytesInMemory: true,
 * }), {
 *   // Omit this in a test file: the default is Deno.test. Here the steps run immediately.
 *   test: (_name, run) => suite.resolve(run({ step: (_step, behave) => behave() })),
 * });
 * await suite.promise;
 * ```
 */
export function conformance(
  name: string,
  factory: ConformanceFactory,
  options: ConformanceOptions = {},
): void {
  const { test = defaultTest(), ...settings } = options;
  test(name, async (runner) => {
    for (const behaviour of await applicable(factory)) {
      await runner.step(titleOf(behaviour), async () => {
        await runBehaviour(behaviour, factory, settings);
      });
    }
  });
}
