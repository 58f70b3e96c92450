import { randomFrom } from "../../src/storage/conformance/_random.ts";
import { limited } from "../../src/storage/limited.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs_adapter.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { observed } from "../../src/storage/observed.ts";
import { prefixed } from "../../src/storage/prefixed.ts";
import { retrying } from "../../src/storage/retrying.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { S3Adapter } from "../../src/storage/s3_adapter.ts";
import { behaviours, runBehaviour } from "../../src/storage/testing.ts";
import { timed } from "../../src/storage/timed.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { type Effort, NO_COUNTS, type Torture, type Verdict } from "./_verdict.ts";

const OPERATIONS = 400;
const BUCKETS = 190; // each round takes one of the server's 200
const LONGEST_MS = 120_000;

/** Makes an adapter over an empty store; a root on the disk is given to those that need one. */
type Maker = (root: string) => StorageAdapter;

/** The adapters that need no server. */
const ADAPTERS: Readonly<Record<string, Maker>> = {
  "memory": () => new MemoryAdapter(),
  "memory, versions by content": () => new MemoryAdapter({ capabilities: { versions: "content" } }),
  "memory, no append": () => new MemoryAdapter({ capabilities: { append: "none" } }),
  "memory, neither": () => {
    return new MemoryAdapter({ capabilities: { append: "none", swap: "none", create: "none" } });
  },
  "disk": (root) => new LocalFsAdapter({ root }),
  "disk, durable": (root) => new LocalFsAdapter({ root, durable: true }),
  "wrapped": (root) => {
    const disk = prefixed(new LocalFsAdapter({ root }), "some/where");
    return observed(limited(retrying(timed(disk, LONGEST_MS)), 3), () => {});
  },
};

const randomOperations = behaviours.find(({ number }) => number === 0)!;

async function play(make: Maker, seed: number): Promise<void> {
  await using dir = new TempDir();
  await runBehaviour(
    randomOperations,
    () => ({ adapter: make(dir.path) }),
    { seed, operations: OPERATIONS, timeLimitMs: LONGEST_MS },
  );
}

/** The first seed is the given one, so that a run can be repeated; the others follow from it. */
async function playFor(
  name: string,
  make: Maker,
  { minutes, seed }: Effort,
  mostRounds: number = Infinity,
): Promise<Verdict> {
  const until = Date.now() + minutes * 60_000;
  const random = randomFrom(seed);
  const broken: string[] = [];
  const isDue = (rounds: number): boolean =>
    rounds === 0 || rounds < mostRounds && Date.now() < until;
  let rounds = 0;
  for (let next = seed; isDue(rounds); rounds++) {
    try {
      await play(make, next);
    } catch (error) {
      broken.push(`--seed ${next}: ${error instanceof Error ? error.message : error}`);
    }
    next = Math.floor(random() * 2 ** 32);
  }
  return {
    name: `model, ${name}`,
    done: `${rounds} x ${OPERATIONS} random operations from the seed ${seed}`,
    ...NO_COUNTS,
    notes: [],
    broken,
  };
}

async function* run(effort: Effort): AsyncGenerator<Verdict, void, undefined> {
  // The other half of the minutes is the fuzzer's.
  const minutes = effort.minutes / 2 / (Object.keys(ADAPTERS).length + 1);
  const share = { ...effort, seed: effort.seed >>> 0, minutes };
  for (const [name, make] of Object.entries(ADAPTERS)) yield await playFor(name, make, share);
  if (effort.quick) return; // a server is slow to start
  await using server = await R2Server.start();
  const make = (): StorageAdapter => new S3Adapter(server.takeBucket());
  yield await playFor("S3 of an emulated R2", make, share, BUCKETS);
}

/** Random operations on each adapter, beside the model. */
export const model: Torture = { name: "model", run };
