import type { Capabilities, StorageAdapter } from "../../storage/storage_adapter.ts";
import type { RacerJob, RacerResult } from "./racer.ts";

/**
 * A fresh, empty store for one step of the suite, and the ways to reach it.
 *
 * @category Conformance
 */
export interface ConformanceStore {
  /** The adapter to examine, over an empty store. */
  readonly adapter: StorageAdapter;
  /**
   * Another instance over the same store, with connections of its own. Needed where a scope is
   * `"host"` or `"store"`. The suite disposes of what it gives.
   */
  readonly second?:
    | (() => StorageAdapter | Promise<StorageAdapter>)
    | undefined;
  /**
   * Runs {@linkcode runRacer} with this job in another process, over the same store, and resolves
   * with its result; both are plain JSON. Without it, races between processes are run between
   * instances.
   */
  readonly spawn?: ((job: RacerJob) => Promise<RacerResult>) | undefined;
  /**
   * Whether the store keeps its bytes in this process, so that bounds on memory mean nothing.
   *
   * @default {false}
   */
  readonly holdsBytesInMemory?: boolean | undefined;
  /** Removes the store, after the suite has disposed of the adapter. */
  readonly dispose?: (() => void | Promise<void>) | undefined;
}

/**
 * Makes a fresh, empty store for each step.
 *
 * @category Conformance
 */
export type ConformanceFactory = () =>
  | ConformanceStore
  | Promise<ConformanceStore>;

/**
 * How hard the suite works; the defaults are the contract's.
 *
 * @category Conformance
 */
export interface ConformanceSettings {
  /** The seed of the random operations. @default {a fresh one; failures print it} */
  readonly seed?: number | undefined;
  /** How many random operations are played. @default {400} */
  readonly operations?: number | undefined;
  /** How many times behaviour 14 overwrites one object. @default {5000} */
  readonly overwrites?: number | undefined;
  /** How often each of the 8 racers of behaviour 32 increments. @default {200} */
  readonly increments?: number | undefined;
  /** The size of the body of behaviours 61 and 73, in bytes. @default {67108864} */
  readonly streamBytes?: number | undefined;
  /** How long one behaviour may take, in milliseconds, before it fails. @default {120000} */
  readonly timeLimitMs?: number | undefined;
}

/**
 * What a behaviour is examined with.
 *
 * @category Conformance
 */
export interface BehaviourContext {
  /** The adapter to examine. */
  readonly adapter: StorageAdapter;
  /** The store as the factory made it. */
  readonly store: ConformanceStore;
  /** The settings, with their defaults. */
  readonly settings: { readonly [K in keyof ConformanceSettings]-?: number };
  /**
   * So many instances over the store, the adapter first, all disposed of after the run. Where the
   * factory gives no second instance it is the adapter alone.
   */
  readonly open: (count: number) => Promise<readonly StorageAdapter[]>;
  /** Aborted when the time is up: what still waits must end. */
  readonly signal: AbortSignal;
}

/**
 * One sentence of the contract, and what proves or falsifies it.
 *
 * @category Conformance
 */
export interface Behaviour {
  /** The number in the contract; 0 for the random operations, which have none there. */
  readonly number: number;
  /** The sentence. */
  readonly name: string;
  /** The part of the contract that it belongs to. */
  readonly group: string;
  /** Whether it applies to an adapter of these capabilities. @default {always} */
  readonly when?: ((capabilities: Capabilities) => boolean) | undefined;
  /** Rejects with an `AssertionError` where the adapter does not behave so. */
  readonly run: (context: BehaviourContext) => Promise<void>;
}

/** Names the group of behaviours, and when they apply where they do not say so themselves. */
export function inGroup(
  group: string,
  behaviours: readonly Omit<Behaviour, "group">[],
  when?: (capabilities: Capabilities) => boolean,
): readonly Behaviour[] {
  return behaviours.map((behaviour) => ({ group, when, ...behaviour }));
}
