import { randomFrom } from "../../src/storage/conformance/_random.ts";
import { limited } from "../../src/storage/limited.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs_adapter.ts";
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
const LONGEST_MS = 120_000;
const BUCKETS = 1000; // each round takes one
const QUICK_BUCKETS = 20;

/** Makes an adapter over an empty store; a root on the disk is given to those that need one. */
type Maker = (root: string) => StorageAdapter;

/** The adapters that need no server; MemoryAdapter is the model that all are compared with. */
const ADAPTERS: Readonly<Record<string, Maker>> = {
  "disk": (root) => new LocalFsAdapter({ root }),
  "disk-durable": (root) => new LocalFsAdapter({ root, durable: true }),
  "disk-wrapped": (root) => {
    const disk = prefixed(new LocalFsAdapter({ root }), "some/where");
    return observed(limited(retrying(timed(disk, LONGEST_MS)), 3), () => {});
  },
};

const randomOperations = behaviours.filter(({ group }) => group === "Model");

async function play(make: Maker, seed: number): Promise<void> {
  await using dir = new TempDir();
  let calls = 0;
  const factory = () => ({ adapter: observed(make(dir.path), () => calls++) });
  for (const behaviour of randomOperations) {
    await runBehaviour(behaviour, factory, {
      seed,
      operations: OPERATIONS,
      timeLimitMs: LONGEST_MS,
    });
  }
  if (calls < OPERATIONS / 2) throw new Error(`only ${calls} operations were played`);
}

/** The first seed is the given one, so that a run can be repeated; the others follow from it. */
async function playFor(
  name: string,
  make: Maker,
  effort: Effort,
  mostRounds: number = Infinity,
): Promise<Verdict> {
  const seed = effort.seed >>> 0;
  const until = Date.now() + effort.minutes * 60_000;
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
    name,
    done: `${rounds} x ${OPERATIONS} random operations from the seed ${seed}`,
    ...NO_COUNTS,
    notes: [],
    broken,
  };
}

const S3_NAME = "model-s3";

async function* runOnS3(effort: Effort): AsyncGenerator<Verdict, void, undefined> {
  const buckets = effort.quick ? QUICK_BUCKETS : BUCKETS;
  await using server = await R2Server.start(buckets);
  yield await playFor(S3_NAME, () => new S3Adapter(server.takeBucket()), effort, buckets);
}

/** Random operations on each adapter, beside the model. */
export const models: readonly Torture[] = [
  ...Object.entries(ADAPTERS).map(([adapter, make]): Torture => {
    const name = `model-${adapter}`;
    return {
      name,
      isLasting: true,
      async *run(effort) {
        yield await playFor(name, make, effort);
      },
    };
  }),
  { name: S3_NAME, isLasting: true, run: runOnS3 },
];
