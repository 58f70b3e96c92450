import { assertEquals } from "@std/assert";
import type { AtomicScope, StorageAdapter } from "../../storage/storage_adapter.ts";
import type { BehaviourContext } from "./behaviour.ts";
import { assertStorageError, assertStored, encode, listKeys, pause } from "./_harness.ts";
import {
  BARRIER_MS,
  goKey,
  racerBody,
  type RacerJob,
  type RacerResult,
  runRacer,
} from "./racer.ts";

const PROCESSES = 4;
const BARRIER = "race-barrier";

/** The keys that {@linkcode raceRounds} races for. */
export const ROUNDS: readonly string[] = Array.from(
  { length: 20 },
  (_, round) => `round/${round}`,
);

/** Returns whether a scope extends beyond this process. */
export function isShared(scope: AtomicScope): boolean {
  return scope === "host" || scope === "store";
}

/** Starts 16 calls at once, spread over instances, and returns the numbers of the winners. */
export async function raceCalls(
  { open }: BehaviourContext,
  scope: AtomicScope,
  call: (adapter: StorageAdapter, id: number) => Promise<unknown>,
): Promise<number[]> {
  const instances = await open(isShared(scope) ? 4 : 1);
  const results = await Promise.allSettled(
    Array.from({ length: 16 }, (_, id) => {
      const adapter = instances[id % instances.length];
      return adapter === undefined ? Promise.reject() : call(adapter, id);
    }),
  );
  const winners: number[] = [];
  for (const [id, result] of results.entries()) {
    if (result.status === "fulfilled") {
      winners.push(id);
      continue;
    }
    assertStorageError(result.reason);
    assertEquals(result.reason.code, "Conflict", result.reason.message);
    assertEquals(result.reason.outcome, "not-applied");
  }
  return winners;
}

/** Resolves when all racers are at the start, or when the race is given up. */
async function allReady(
  { adapter }: BehaviourContext,
  racers: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + BARRIER_MS;
  while (!signal.aborted && Date.now() < deadline) {
    const keys = await listKeys(adapter, { prefix: `${BARRIER}/` });
    if (keys.length >= racers) return;
    await pause(5);
  }
}

/**
 * Runs several racers at once: each in its own process if the store can spawn them, otherwise each
 * over its own instance.
 */
export async function raceJobs(
  context: BehaviourContext,
  job: Omit<RacerJob, "id" | "barrier">,
  racers: number = PROCESSES,
): Promise<RacerResult[]> {
  const { adapter, open, signal, store } = context;
  const instances = await open(store.spawn === undefined ? racers : 1);
  const running = Array.from({ length: racers }, (_, id) => {
    const full = { ...job, id, barrier: BARRIER };
    return store.spawn?.(full) ??
      runRacer(instances[id % instances.length] ?? adapter, full, { signal });
  });
  const givenUp = new AbortController();
  // If a racer fails before the start, neither the suite nor the other racers must wait for it.
  for (const racer of running) racer.catch(() => givenUp.abort());
  await allReady(context, racers, AbortSignal.any([givenUp.signal, signal]));
  await adapter.write(goKey(BARRIER), encode("go"));
  const results = await Promise.allSettled(running);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/** Races for each key of {@linkcode ROUNDS}, and asserts that exactly one racer won it. */
export async function raceRounds(
  context: BehaviourContext,
  job: Omit<RacerJob, "id" | "barrier" | "keys">,
): Promise<void> {
  const results = await raceJobs(context, { ...job, keys: ROUNDS });
  for (const [round, key] of ROUNDS.entries()) {
    const won = [...results.keys()]
      .filter((id) => results[id]?.won.includes(round));
    assertEquals(won.length, 1, `Racers ${won} won ${key}`);
    await assertStored(context.adapter, key, racerBody(won[0] ?? -1));
  }
}
