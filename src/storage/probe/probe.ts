import { aborted } from "../kit/fail.ts";
import { Probing } from "./_probing.ts";
import { isStorageError } from "../storage_error.ts";
import type { Capabilities, OperationOptions, StorageAdapter } from "../storage_adapter.ts";

/**
 * Options of {@linkcode probe}.
 *
 * @category Probe
 */
export interface ProbeOptions extends OperationOptions {
  /**
   * The directory to probe in, if the credentials are limited to one. The names of the probe start
   * with `flagstone-probe-`.
   *
   * @default {""}
   */
  readonly prefix?: string | undefined;
}

/**
 * One check that passed.
 *
 * @category Probe
 */
export interface ProbeCheck {
  /** The name of the check. */
  readonly name: string;
  /** Its duration in milliseconds. */
  readonly ms: number;
}

/**
 * The result of {@linkcode probe}.
 *
 * @category Probe
 */
export interface ProbeReport {
  /** The adapter's name. */
  readonly adapter: string;
  /** The declared capabilities, which the probe confirmed. */
  readonly capabilities: Capabilities;
  /** The checks, in their order. */
  readonly checks: readonly ProbeCheck[];
  /** The number of operations. */
  readonly operations: number;
}

/** The checks for the capabilities of an adapter. */
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
 * Checks with real objects that a store does what its adapter declares: conditional writes and appends
 * succeed once and are refused otherwise, a race has one winner, and objects read and list as they
 * were written. Some S3-like stores ignore conditions, and would silently lose samples.
 *
 * It takes about ten round trips, and removes its objects even if it fails. `conformance()` of
 * `@flagstone/flagging/testing` checks more.
 *
 * @param adapter The adapter to check
 * @param options The directory and a signal
 * @returns The checks that passed
 * @throws {StorageError} `Misconfigured`, with the observation, if the store does something else;
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
 *
 * @category Probe
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
    // The finding matters more than an error of the clean-up.
    await probing.cleanUp().catch(() => {});
    if (!signal?.aborted || isStorageError(error)) throw error;
    // An aborted body rejects with the bare reason.
    throw aborted({ adapter: adapter.name, operation: "probe the storage" }, signal);
  }
  await probing.cleanUp();
  const { name, capabilities } = adapter;
  return { adapter: name, capabilities, checks, operations: probing.operations };
}
