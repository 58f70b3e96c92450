// How many requests and how long does a flag take on an object storage?
import { CSVLogger } from "@flagstone/flagging";
import { S3Adapter, type S3AdapterOptions } from "@flagstone/flagging/s3";
import { R2Server } from "../helpers/r2_server.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { cellsAt, COMPONENTS, sampleAt } from "./_samples.ts";

const LATENCIES_MS = [0, 50];
const CONCURRENCIES = [1, 16, 64];
const WRITERS = [1, 8];
const WAYS = ["rewrite", "segments", "naive loop"] as const;
const ROUNDS = 6;
const QUICK_ROUNDS = 2;
const LONGEST_MS = 20_000; // a way that takes longer is stopped, and has the rate up to then

type Way = (typeof WAYS)[number];

interface Setting {
  readonly way: Way;
  readonly latencyMs: number;
  readonly writers: number;
  readonly concurrent: number;
}

/** The counts while flags were in flight, without the first ones of each writer. */
interface Measured extends Setting {
  readonly perSecond: number;
  readonly putsPerFlag: number;
  readonly getsPerFlag: number;
}

/** Flags one sample. */
type Flag = (index: number) => Promise<unknown>;

/** Counts the requests that it sends, each with an added latency. */
class Wire {
  readonly counts = { GET: 0, PUT: 0, HEAD: 0 };
  readonly #latencyMs: number;

  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  readonly fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (request.method in this.counts) this.counts[request.method as "GET"]++;
    if (this.#latencyMs > 0) await new Promise((done) => setTimeout(done, this.#latencyMs));
    return await fetch(request);
  };

  reset(): void {
    Object.assign(this.counts, { GET: 0, PUT: 0, HEAD: 0 });
  }
}

async function loggerFlag(storage: S3Adapter, segments: boolean): Promise<Flag> {
  const logger = new CSVLogger({ storage, segments, verbose: false, probe: false });
  await logger.setup(COMPONENTS, "flagged");
  return (index) => {
    const { data, option, username } = sampleAt(index);
    return logger.flag(data, option, username);
  };
}

/** The loop of a user: get, add the row, put if the object is unchanged, otherwise repeat. */
function naiveFlag(storage: S3Adapter): Flag {
  return async (index) => {
    const row = `${cellsAt(index).join(",")}\r\n`;
    while (true) {
      const found = await storage.read("naive.csv");
      const text = found === null ? "" : await new Response(found.body).text();
      const precondition = found === null ? "absent" : { version: found.info.version };
      try {
        return await storage.write("naive.csv", new TextEncoder().encode(text + row), {
          precondition,
        });
      } catch {
        // Another writer was first.
      }
    }
  };
}

function flagOf(way: Way, storage: S3Adapter): Promise<Flag> | Flag {
  return way === "naive loop" ? naiveFlag(storage) : loggerFlag(storage, way === "segments");
}

/** One writer's flags, a number at a time, until the time is up. */
async function writeAll(
  flag: Flag,
  { concurrent }: Setting,
  rounds: number,
  until: number,
): Promise<number> {
  let flagged = 0;
  for (let round = 0; round < rounds && Date.now() < until; round++) {
    const flags = Array.from({ length: concurrent }, (_, i) => flag(round * concurrent + i));
    flagged += (await Promise.all(flags)).length;
  }
  return flagged;
}

async function measure(
  options: S3AdapterOptions,
  setting: Setting,
  rounds: number,
): Promise<Measured> {
  const wire = new Wire(setting.latencyMs);
  const flags = await Promise.all(Array.from({ length: setting.writers }, () => {
    return flagOf(setting.way, new S3Adapter({ ...options, fetch: wire.fetch }));
  }));
  for (const flag of flags) await flag(0); // opens the dataset
  wire.reset();
  const start = performance.now();
  const until = Date.now() + LONGEST_MS;
  // A few at a time are measured as long as many at once.
  const many = setting.concurrent === 1 ? rounds * 8 : rounds;
  const counts = await Promise.all(flags.map((flag) => writeAll(flag, setting, many, until)));
  const flagged = counts.reduce((sum, count) => sum + count, 0);
  return {
    ...setting,
    perSecond: flagged / ((performance.now() - start) / 1000),
    putsPerFlag: wire.counts.PUT / flagged,
    getsPerFlag: (wire.counts.GET + wire.counts.HEAD) / flagged,
  };
}

function settings(): Setting[] {
  return LATENCIES_MS.flatMap((latencyMs) =>
    WRITERS.flatMap((writers) =>
      CONCURRENCIES.flatMap((concurrent) =>
        WAYS.map((way) => ({ way, latencyMs, writers, concurrent }))
      )
    )
  )
    // A naive loop under many writers takes minutes: one figure of it is enough.
    .filter(({ way, writers, concurrent }) => way !== "naive loop" || writers * concurrent <= 16);
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  await using server = await R2Server.start();
  const measured: Measured[] = [];
  for (const setting of settings()) {
    if (quick && setting.writers * setting.concurrent > 64) continue;
    measured.push(await measure(server.takeBucket(), setting, quick ? QUICK_ROUNDS : ROUNDS));
  }
  const find = (way: Way, latencyMs: number, writers: number, concurrent: number) =>
    measured.find((one) =>
      one.way === way && one.latencyMs === latencyMs && one.writers === writers &&
      one.concurrent === concurrent
    )!;
  const alone = find("rewrite", 50, 1, 1);
  const many = find("segments", 50, 8, 1).perSecond / find("segments", 50, 1, 1).perSecond;
  return {
    tables: [{
      columns: ["way", "added ms", "writers", "at once", "flags/s", "PUTs/flag", "reads/flag"],
      rows: measured.map((one) => [
        one.way,
        one.latencyMs,
        one.writers,
        one.concurrent,
        one.perSecond,
        one.putsPerFlag,
        one.getsPerFlag,
      ]),
    }],
    bars: [
      {
        what: "PUTs a row of 64 at once, one writer, rewrite",
        measured: find("rewrite", 50, 1, 64).putsPerFlag,
        limit: 0.1,
        unit: "PUTs",
        must: "at most",
      },
      {
        what: "requests of an idle flag after the first, rewrite",
        measured: alone.putsPerFlag + alone.getsPerFlag,
        limit: 1,
        unit: "requests",
        must: "at most",
      },
      {
        what: "reads between the appends of a single writer, rewrite",
        measured: alone.getsPerFlag,
        limit: 0,
        unit: "reads",
        must: "at most",
      },
      {
        what: "rate of 8 writers of segments, against one, at 50 ms",
        measured: many,
        limit: 7,
        unit: "x",
        must: "at least",
      },
    ],
    notes: [
      "R2's S3 endpoint as miniflare emulates it, on this machine; all writers are in one process.",
      `A way that takes longer than ${
        LONGEST_MS / 1000
      } s is stopped; its rate is what it reached.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "objects",
  asks: "How many requests and how long does a flag take on an object storage?",
  answer,
};
