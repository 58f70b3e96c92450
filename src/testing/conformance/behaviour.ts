import type { Capabilities, StorageAdapter } from "../../storage/storage_adapter.ts";
import type { RacerJob, RacerResult } from "./racer.ts";

/**
 * A way to make a store answer nothing, as a broken network or a lock that is held does.
 *
 * @category Testing
 */
export interface Silence {
  /** An adapter over the store, which the suite disposes of. */
  readonly adapter: StorageAdapter;
  /** The time in milliseconds after which this adapter gives up a request without an answer. */
  readonly deadlineMs: number;
  /** Makes the store answer nothing about this key and its directory. The result ends that. */
  readonly begin: (key: string) => Promise<() => void | Promise<void>>;
}

/**
 * A fresh, empty store for one step of the suite, and the ways to reach it.
 *
 * @category Testing
 */
export interface ConformanceStore {
  /** The adapter to test, over an empty store. */
  readonly adapter: StorageAdapter;
  /**
   * Creates another instance over the same store, with its own connections. Needed if a scope is
   * `"host"` or `"store"`. The suite disposes of the instances.
   */
  readonly second?:
    | (() => StorageAdapter | Promise<StorageAdapter>)
    | undefined;
  /**
   * Runs {@linkcode runRacer} with this job in another process, over the same store, and resolves
   * with its result; both are plain JSON. Without it, instances in one process
   * race instead.
   */
  readonly spawn?: ((job: RacerJob) => Promise<RacerResult>) | undefined;
  /** Makes the store silent. Without it, the suite does not test what waits for an answer. */
  readonly silence?: (() => Silence) | undefined;
  /**
   * Creates an adapter over the same store whose keys are below a prefix, as the adapter's own option
   * does it. Without it, the suite does not test prefixes. The suite disposes of it.
   */
  readonly below?: ((prefix: string) => StorageAdapter) | undefined;
  /**
   * Whether the store keeps its bytes in this process, so that the suite cannot check bounds on
   * memory.
   *
   * @default {false}
   */
  readonly holdsBytesInMemory?: boolean | undefined;
  /** Removes the store, after the suite has disposed of the adapter. */
  readonly dispose?: (() => void | Promise<void>) | undefined;
}

/**
 * Creates a fresh, empty store for each step.
 *
 * @category Testing
 */
export type ConformanceFactory = () =>
  | ConformanceStore
  | Promise<ConformanceStore>;

/**
 * How thorough the suite is. The defaults are those of the contract.
 *
 * @category Testing
 */
export interface ConformanceSettings {
  /** The seed of the random operations. @default {a random one, which failures print} */
  readonly seed?: number | undefined;
  /** The number of random operations. @default {400} */
  readonly operations?: number | undefined;
  /** The number of times that behaviour 14 overwrites one object. @default {5000} */
  readonly overwrites?: number | undefined;
  /**
   * The number of times that each of the 8 racers of behaviour 32 increments, and of the rounds of
   * behaviour 135.
   *
   * @default {200}
   */
  readonly increments?: number | undefined;
  /** The size of the body of behaviours 61 and 73, in bytes. @default {67108864} */
  readonly streamBytes?: number | undefined;
  /** The time in milliseconds after which a behaviour fails. @default {120000} */
  readonly timeLimitMs?: number | undefined;
}

/**
 * The store and the settings that a behaviour is tested with.
 *
 * @category Testing
 */
export interface BehaviourContext {
  /** The adapter to test. */
  readonly adapter: StorageAdapter;
  /** The store that the factory created. */
  readonly store: ConformanceStore;
  /** The settings, with their defaults. */
  readonly settings: { readonly [K in keyof ConformanceSettings]-?: number };
  /**
   * Returns instances over the store, the adapter first. All are disposed of after the run. If the
   * store has no `second`, the adapter is the only one.
   */
  readonly open: (count: number) => Promise<readonly StorageAdapter[]>;
  /** Aborted when the time is up, to end everything that still waits. */
  readonly signal: AbortSignal;
}

/**
 * One statement of the contract, with the test that proves it.
 *
 * @category Testing
 */
export interface Behaviour {
  /** The number in the contract; 0 for the random operations, which have no number. */
  readonly number: number;
  /** The statement. */
  readonly name: string;
  /** The part of the contract that it belongs to. */
  readonly group: string;
  /**
   * Returns whether it applies to an adapter with these capabilities, and to a store that can be used
   * in these ways.
   *
   * @default {always}
   */
  readonly when?:
    | ((capabilities: Capabilities, store: Omit<ConformanceStore, "adapter">) => boolean)
    | undefined;
  /** Rejects with an `AssertionError` if the adapter does not behave so. */
  readonly run: (context: BehaviourContext) => Promise<void>;
}

/**
 * Returns behaviours with their group and, unless they have their own, the condition when they
 * apply.
 */
export function inGroup(
  group: string,
  behaviours: readonly Omit<Behaviour, "group">[],
  when?: Behaviour["when"],
): readonly Behaviour[] {
  return behaviours.map((behaviour) => ({ group, when, ...behaviour }));
}
