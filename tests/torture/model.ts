import { randomFrom } from "../../src/testing/random.ts";
import { limited } from "../../src/storage/wrappers/limited.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { observed } from "../../src/storage/wrappers/observed.ts";
import { prefixed } from "../../src/storage/wrappers/prefixed.ts";
import { retrying } from "../../src/storage/wrappers/retrying.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { S3Adapter } from "../../src/storage/s3/mod.ts";
import { behaviours, runBehaviour } from "../../src/testing/mod.ts";
import { timed } from "../../src/storage/wrappers/timed.ts";
import { fetchAlone } from "../helpers/fetch_alone.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { type Effort, NO_COUNTS, type Torture, type Verdict } from "./_verdict.ts";

const OPERATIONS = 400;
/** A limit for a round that hangs; one on a busy machine may take minutes. */
const LONGEST_ROUND_MS = 600_000;
const LONGEST_CALL_MS = 120_000;
const BUCKETS = 1000; // each round takes one
const QUICK_BUCKETS = 20;
const WORKER_SCRIPT = new URL("../helpers/worker_serve.ts", import.meta.url);
const R2_WORKER = new URL("../helpers/r2_model_worker.ts", import.meta.url);

/** Creates an adapter on an empty store; those on the disk use the given root. */
type Maker = (root: string) => StorageAdapter;

/** The adapters that need no server; MemoryAdapter is the model that all are compared with. */
const ADAPTERS: Readonly<Record<string, Maker>> = {
  "disk": (root) => new LocalFsAdapter({ root }),
  "disk-durable": (root) => new LocalFsAdapter({ root, durable: true }),
  "disk-wrapped": (root) => {
    const disk = prefixed(new LocalFsAdapter({ root }), "some/where");
    return observed(limited(retrying(timed(disk, LONGEST_CALL_MS)), 3), () => {});
  },
};

const randomOperations = behaviours.filter(({ group }) => group === "Model");

/** Plays a round; returns the number of calls. */
type Play = (seed: number) => Promise<number>;

/** Plays on adapters of this process. */
function playOn(make: Maker): Play {
  return async (seed) => {
    await using dir = new TempDir();
    let calls = 0;
    const factory = () => ({ adapter: observed(make(dir.path), () => calls++) });
    for (const behaviour of randomOperations) {
      await runBehaviour(behaviour, factory, {
        seed,
        operations: OPERATIONS,
        timeLimitMs: LONGEST_ROUND_MS,
      });
    }
    return calls;
  };
}

/** Plays on the adapter of a Worker. */
function playIn(url: string): Play {
  return async (seed) => {
    const query = new URLSearchParams({
      seed: `${seed}`,
      operations: `${OPERATIONS}`,
      timeLimitMs: `${LONGEST_ROUND_MS}`,
    });
    const response = await fetchAlone(`${url}?${query}`);
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  };
}

/** The first seed is the given one, so that a run can be repeated; the others follow from it. */
async function playFor(
  name: string,
  play: Play,
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
      const calls = await play(next);
      if (calls < OPERATIONS / 2) throw new Error(`only ${calls} operations were played`);
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

async function* runOnS3(effort: Effort): AsyncGenerator<Verdict, void, undefined> {
  const buckets = effort.quick ? QUICK_BUCKETS : BUCKETS;
  await using server = await R2Server.start(buckets);
  const play = playOn(() => new S3Adapter(server.takeBucket()));
  yield await playFor("model-s3", play, effort, buckets);
}

async function* runOnR2(effort: Effort): AsyncGenerator<Verdict, void, undefined> {
  await using worker = await ServerProcess.start(WORKER_SCRIPT, [String(R2_WORKER), "BUCKET"]);
  yield await playFor("model-r2", playIn(worker.url), effort);
}

/** Random operations on each adapter, compared with the model. */
export const models: readonly Torture[] = [
  ...Object.entries(ADAPTERS).map(([adapter, make]): Torture => {
    const name = `model-${adapter}`;
    return {
      name,
      isLasting: true,
      async *run(effort) {
        yield await playFor(name, playOn(make), effort);
      },
    };
  }),
  { name: "model-s3", isLasting: true, run: runOnS3 },
  { name: "model-r2", isLasting: true, run: runOnR2 },
];
