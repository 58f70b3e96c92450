// What does the first flag of a fresh isolate cost on an object storage?
import { CSVLogger, type StorageAdapter } from "@flagstone/flagging";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { S3Adapter, type S3AdapterOptions } from "@flagstone/flagging/s3";
import { FakeR2Bucket } from "../helpers/fake_r2_bucket.ts";
import { R2Server } from "../helpers/r2_server.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { COMPONENTS, sampleAt } from "./_samples.ts";
import { median } from "./_stats.ts";

const LATENCIES_MS = [0, 50];
const ROUNDS = 9;
const QUICK_ROUNDS = 3;
const MAX_ROUND_TRIPS = 2;
const MAX_REQUESTS = 6;

/** Delays and counts requests. */
class Wire {
  requests = 0;
  readonly #latencyMs: number;

  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  /** Counts a request, and waits for as long as it is under way. */
  async pass(): Promise<void> {
    this.requests++;
    if (this.#latencyMs > 0) await new Promise((done) => setTimeout(done, this.#latencyMs));
  }
}

/** Opens a store as a fresh isolate does. */
type Open = (wire: Wire) => StorageAdapter;

function openS3(options: S3AdapterOptions): Open {
  return (wire) =>
    new S3Adapter({
      ...options,
      fetch: async (url, init) => {
        await wire.pass();
        return await fetch(url, init);
      },
    });
}

function openR2(bucket: FakeR2Bucket): Open {
  return (wire) =>
    new R2Adapter(
      new Proxy(bucket as R2BucketLike, {
        get: (target, name: keyof R2BucketLike) => async (...args: unknown[]) => {
          await wire.pass();
          return await (target[name] as (...args: unknown[]) => Promise<unknown>)(...args);
        },
      }),
    );
}

interface Cost {
  readonly ms: number;
  readonly requests: number;
}

async function firstFlag(open: Open, latencyMs: number, segments: boolean): Promise<Cost> {
  const wire = new Wire(latencyMs);
  const begin = performance.now();
  const logger = new CSVLogger({ storage: open(wire), segments, verbose: false });
  await logger.setup(COMPONENTS, "flagged");
  const { data, option, username } = sampleAt(0);
  await logger.flag(data, option, username);
  return { ms: performance.now() - begin, requests: wire.requests };
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  await using server = await R2Server.start(4);
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const rows: (string | number)[][] = [];
  const bars: Answer["bars"][number][] = [];
  for (const store of ["S3 endpoint of miniflare", "R2 binding, in memory"]) {
    for (const segments of [false, true]) {
      const open = store.startsWith("S3")
        ? openS3(server.takeBucket())
        : openR2(new FakeR2Bucket());
      const way = segments ? "segments" : "rewrite";
      let alone = 0; // the time without latency: of the server and of the code
      for (const latencyMs of LATENCIES_MS) {
        await firstFlag(open, 0, segments); // creates the dataset
        const costs: Cost[] = [];
        for (let i = 0; i < rounds; i++) costs.push(await firstFlag(open, latencyMs, segments));
        const ms = median(costs.map((cost) => cost.ms));
        const requests = Math.max(...costs.map((cost) => cost.requests));
        if (latencyMs === 0) alone = ms;
        const trips = latencyMs === 0 ? NaN : Math.round((ms - alone) / latencyMs);
        rows.push([store, way, latencyMs, requests, ms, latencyMs === 0 ? "" : trips]);
        if (latencyMs === 0) continue;
        const what = `first flag of a fresh isolate, ${store}, ${way}`;
        const must = "at most" as const;
        bars.push({
          what: `round trips of the ${what}`,
          measured: trips,
          limit: MAX_ROUND_TRIPS,
          unit: "",
          must,
        });
        bars.push({
          what: `requests of the ${what}`,
          measured: requests,
          limit: MAX_REQUESTS,
          unit: "",
          must,
        });
      }
    }
  }
  return {
    tables: [{
      columns: ["store", "way", "latency ms", "requests", "ms", "round trips"],
      rows: rows as Answer["tables"][number]["rows"],
    }],
    bars,
    notes: [
      `Medians of ${rounds} rounds. Each flags one sample into an existing dataset, by a new adapter, ` +
      "with the check of the store.",
      "The latency is added before each request; round trips are the time beyond that without latency, " +
      "divided by the latency and rounded.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "cold",
  asks: "What does the first flag of a fresh isolate cost on an object storage?",
  answer,
};
