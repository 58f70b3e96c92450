import { aborted } from "../kit/fail.ts";
import { Probing } from "./_probing.ts";
import { isStorageError } from "../storage_error.ts";
import type { Capabilities, OperationOptions, StorageAdapter } from "../storage_adapter.ts";

/** Options of {@linkcode probe}. */
export interface ProbeOptions extends OperationOptions {
  /**
   * The directory to probe in, where keys are restricted; the probe's own names, which begin with
   * `flagstone-probe-`, lie below it.
   *
   * @default {""}
   */
  readonly prefix?: string | undefined;
}

/** One thing that was found to be as declared. */
export interface ProbeCheck {
  /** What was examined. */
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** What {@linkcode probe} found. */
export interface ProbeReport {
  /** The adapter's name. */
  readonly adapter: string;
  /** What the adapter declares, which now was seen. */
  readonly capabilities: Capabilities;
  /** What was examined, in this order. */
  readonly checks: readonly ProbeCheck[];
  /** How many operations it took. */
  readonly operations: number;
}

/** The checks that apply to what an adapter declares. */
function checksOf(
  probing: Probing,
  { create, swap, append }: Capabilities,
): readonly (readonly [name: string, check: () => Promise<void>])[] {
  return [
    ["write, read, list", () => probing.checkCreation()],
    ...(create === "none" ? [] : [["race to create", () => probing.checkCreationRace()]] as const),
    ...(swap === "none" ? [] : [["swap", () => probing.checkSwap()]] as const),
    ...(append === "none" ? [] : [["append", () => probing.checkAppend()]] as const),
  ];
}

/**
 * Looks at start-up whether a storage does what its adapter declares, on real objects: creates once,
 * swaps and appends once, has one winner in a race, reads and lists what was written. There are
 * S3-like stores that ignore conditions, and then lose samples without a word.
 *
 * It takes about ten round trips, and removes its objects also where it fails. What it cannot
 * see is in the suite, `conformance()` of `@flagstone/flagging/testing`.
 *
 * @param adapter The adapter to look at
 * @param options Where to probe
 * @returns What was examined
 * @throws {StorageError} `Misconfigured`, with what was seen, if the storage does something else;
 * another code if it cannot be used at all
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { probe } from "@flagstone/flagging/probe";
 * import { assertEquals } from "@std/assert";
 *
 * const report = await probe(new MemoryAdapter());
 * assertEquals(report.checks.map(({ name }) => name), [
 *   "write, read, list",
 *   "race to create",
 *   "swap",
 *   "append",
 * ]);
 * ```
 */
export async function probe(
  adapter: StorageAdapter,
  options: ProbeOptions = {},
): Promise<ProbeReport> {
  const { prefix = "", signal } = options;
  const probing = new Probing(adapter, prefix, signal);
  const checks: ProbeCheck[] = [];
  try {
    for (const [name, check] of checksOf(probing, adapter.capabilities)) {
      const begin = performance.now();
      await check();
      checks.push({ name, ms: performance.now() - begin });
    }
  } catch (error) {
    // What was found matters more than what comes of the cleaning.
    await probing.cleanUp().catch(() => {});
    if (!signal?.aborted || isStorageError(error)) throw error;
    // A body that is aborted gives the bare reason.
    throw aborted({ adapter: adapter.name, operation: "probe the storage" }, signal);
  }
  await probing.cleanUp();
  const { name, capabilities } = adapter;
  return { adapter: name, capabilities, checks, operations: probing.operations };
}
