import type { ObjectVersion, StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import { encode, get, pause } from "./_harness.ts";

/**
 * The work of one racer. Plain JSON, so that it can be passed to another process.
 *
 * @category Testing
 */
export interface RacerJob {
  /** The racer's number. */
  readonly id: number;
  /**
   * The operation: create, swap or append to each key once, or increment the number that the first
   * key holds.
   */
  readonly kind: "create" | "swap" | "append" | "increment";
  /** The keys, one for each round. */
  readonly keys: readonly string[];
  /** For `"swap"`: the version that each key is expected to have. */
  readonly versions?: readonly string[] | undefined;
  /** For `"append"`: the offset that each key is appended at. */
  readonly at?: number | undefined;
  /** For `"increment"`: the number of increments. */
  readonly times?: number | undefined;
  /** The prefix of the keys that the racers use to wait for each other. */
  readonly barrier: string;
}

/**
 * The result of a racer.
 *
 * @category Testing
 */
export interface RacerResult {
  /** The rounds that it won; for `"increment"` every increment. */
  readonly won: readonly number[];
  /** The number of attempts that were refused as a `Conflict`. */
  readonly refused: number;
}

/**
 * Options of {@linkcode runRacer}.
 *
 * @category Testing
 */
export interface RacerOptions {
  /** Stops waiting for a race that does not start. */
  readonly signal?: AbortSignal | undefined;
}

/** The time in milliseconds that racers wait for each other. */
export const BARRIER_MS: number = 60_000;

const MOST_REFUSALS = 1_000_000;

/**
 * Returns the bytes that a racer writes: its number, so that the suite knows which racer wrote
 * them.
 */
export function racerBody(id: number): Uint8Array<ArrayBuffer> {
  return encode(`racer ${id};`);
}

/** Returns the key that a racer writes when it is at the start. */
function readyKey(barrier: string, id: number): string {
  return `${barrier}/ready-${id}`;
}

/** Returns the key that starts the race. */
export function goKey(barrier: string): string {
  return `${barrier}/go`;
}

async function waitForStart(
  adapter: StorageAdapter,
  [{ barrier, id }, signal]: readonly [RacerJob, AbortSignal | undefined],
): Promise<void> {
  await adapter.write(readyKey(barrier, id), encode("ready"));
  const deadline = Date.now() + BARRIER_MS;
  while (await adapter.stat(goKey(barrier)) === null) {
    const isOver = signal?.aborted === true || Date.now() > deadline;
    if (isOver) throw new Error("The race did not start in time");
    await pause(2);
  }
}

/** Attempts once. Returns `false` if it was refused as a `Conflict`. */
export async function attempt(
  action: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (hasCode(error, "Conflict")) return false;
    throw error;
  }
}

function playRound(
  adapter: StorageAdapter,
  job: RacerJob,
  round: number,
): Promise<unknown> {
  const key = job.keys[round] ?? "";
  const body = racerBody(job.id);
  if (job.kind === "create") {
    return adapter.write(key, body, { precondition: "absent" });
  }
  if (job.kind === "swap") {
    const version = job.versions?.[round] as ObjectVersion;
    return adapter.write(key, body, { precondition: { version } });
  }
  if (adapter.append === undefined) throw new Error("The adapter has no append()");
  return adapter.append(key, body, { at: job.at ?? 0 });
}

/** Increments the number that a key holds, unless another writer is faster. */
export async function increment(
  adapter: StorageAdapter,
  key: string,
): Promise<void> {
  const { info, bytes } = await get(adapter, key);
  const count = Number(new TextDecoder().decode(bytes));
  await adapter.write(key, encode(`${count + 1}`), {
    precondition: { version: info.version },
  });
}

async function playIncrements(
  adapter: StorageAdapter,
  { keys: [key = ""], times = 0 }: RacerJob,
): Promise<RacerResult> {
  const won: number[] = [];
  let refused = 0;
  while (won.length < times) {
    if (await attempt(() => increment(adapter, key))) won.push(won.length);
    else if (++refused > MOST_REFUSALS) throw new Error("Every increment is refused");
  }
  return { won, refused };
}

/**
 * Takes part in a race of the suite. A script that {@linkcode ConformanceStore.spawn} starts calls
 * this and prints the result.
 *
 * @param adapter An adapter over the store under test
 * @param job The job that was passed to `spawn`
 * @param options When to stop waiting
 * @returns The result that `spawn` must resolve with
 *
 * @category Testing
 *
 * @example A racer, here in the same process
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { runRacer } from "@flagstone/flagging/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const adapter = new MemoryAdapter();
 * await adapter.write("barrier/go", new Uint8Array());
 * const result = await runRacer(adapter, {
 *   id: 0,
 *   kind: "create",
 *   keys: ["a", "b"],
 *   barrier: "barrier",
 * });
 * assertEquals(result, { won: [0, 1], refused: 0 });
 * ```
 */
export async function runRacer(
  adapter: StorageAdapter,
  job: RacerJob,
  options: RacerOptions = {},
): Promise<RacerResult> {
  await waitForStart(adapter, [job, options.signal]);
  if (job.kind === "increment") return await playIncrements(adapter, job);
  const won: number[] = [];
  for (const round of job.keys.keys()) {
    if (await attempt(() => playRound(adapter, job, round))) won.push(round);
  }
  return { won, refused: job.keys.length - won.length };
}
