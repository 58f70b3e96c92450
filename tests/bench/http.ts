// How many verdicts does the feedback endpoint take in a second, and what does a large upload cost?
import { ServerProcess } from "../helpers/server_process.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { TestWorker } from "../helpers/worker.ts";
import { type Load, load } from "./_http_load.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { median, ratio } from "./_stats.ts";

const CHILD = new URL("_http_child.ts", import.meta.url);
const KINDS = ["floor", "hono", "memory", "local disk"] as const;
const UPLOADS = ["uploads", "formData"] as const;
const MIB = 1024 * 1024;
const UPLOAD_BYTES = 64 * MIB;
const MIN_SHARE = 0.5;

const BODY = JSON.stringify({
  data: {
    question: "Which planet of the solar system has the most moons, and how many are known?",
    answer: "Jupiter has the most moons of all planets: ninety-five of them are known today.",
  },
  option: "good",
});

type Kind = (typeof KINDS)[number];

/** The time in milliseconds that this share of all requests took at most. */
function percentile(loads: readonly Load[], share: number): number {
  const times = loads.flatMap((one) => one.times).sort((a, b) => a - b);
  return times[Math.min(Math.floor(times.length * share), times.length - 1)]!;
}

async function loadsOf(
  servers: Readonly<Record<Kind, ServerProcess>>,
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<Record<Kind, Load[]>> {
  const loads: Record<Kind, Load[]> = { floor: [], hono: [], memory: [], "local disk": [] };
  for (let round = -1; round < rounds; round++) { // the first round warms up
    for (const kind of KINDS) {
      const one = await load(servers[kind].url, count, BODY);
      if (round >= 0) loads[kind].push(one);
    }
  }
  return loads;
}

/** Verdicts over R2, in workerd: a Worker has a logger for each request. */
async function onR2(count: number): Promise<Load> {
  const module = new URL("_http_worker.ts", import.meta.url);
  await using worker = await TestWorker.start(module, { buckets: ["BUCKET"] });
  await load(worker.url.href, 64, BODY);
  return await load(worker.url.href, count, BODY);
}

interface Upload {
  readonly mibPerSecond: number;
  readonly rss: number;
}

async function upload(url: string): Promise<Upload> {
  const form = new FormData();
  form.set("option", "good");
  form.set("files.picture", new File([new Uint8Array(UPLOAD_BYTES)], "a.bin"));
  const request = new Request(`${url}/feedback`, { method: "POST", body: form });
  const body = await request.bytes();
  const { headers } = request;
  const before = Number(await (await fetch(`${url}/rss`)).text());
  const start = performance.now();
  const response = await fetch(`${url}/feedback`, { method: "POST", headers, body });
  await response.body?.cancel();
  const seconds = (performance.now() - start) / 1000;
  if (response.status !== 201) throw new Error(`The upload got ${response.status}`);
  const peak = Number(await (await fetch(`${url}/rss`)).text());
  return { mibPerSecond: UPLOAD_BYTES / MIB / seconds, rss: (peak - before) / MIB };
}

/** Uploads to a server that took no other before, whose memory is therefore small. */
async function uploadsOf(kind: string, rounds: number): Promise<Upload> {
  const all: Upload[] = [];
  for (let round = 0; round < rounds; round++) {
    await using server = await ServerProcess.start(CHILD, [kind]);
    all.push(await upload(server.url));
  }
  return {
    mibPerSecond: median(all.map(({ mibPerSecond }) => mibPerSecond)),
    rss: median(all.map(({ rss }) => rss)),
  };
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? 3 : 15;
  const count = quick ? 2000 : 4000;
  await using dir = new TempDir();
  const started = await Promise.all(
    KINDS.map(async (kind) => [kind, await ServerProcess.start(CHILD, [kind, dir.path])] as const),
  );
  const servers = Object.fromEntries(started) as Record<Kind, ServerProcess>;
  const loads = await loadsOf(servers, { rounds, count });
  for (const [, server] of started) await server[Symbol.asyncDispose]();
  const rate = ({ times, seconds }: Load) => times.length / seconds;
  const rates = (kind: Kind) => loads[kind].map(rate);
  const r2 = await onR2(quick ? 128 : 512);
  const row = (name: string, all: readonly Load[], share: string | number) => [
    name,
    Math.round(median(all.map(rate))),
    share,
    percentile(all, 0.5),
    percentile(all, 0.99),
  ];
  const uploaded: (readonly [string, Upload])[] = [];
  for (const kind of UPLOADS) uploaded.push([kind, await uploadsOf(kind, quick ? 1 : 5)]);
  const share = ratio(rates("memory"), rates("floor"));
  return {
    tables: [
      {
        columns: ["endpoint, 64 connections", "a second", "of the floor", "p50 ms", "p99 ms"],
        rows: [
          ...KINDS.map((kind) => row(kind, loads[kind], ratio(rates(kind), rates("floor")))),
          row("R2 in workerd, a logger a request", [r2], "-"),
        ],
      },
      {
        columns: ["multipart of 64 MiB", "MiB a second", "memory, MiB"],
        rows: uploaded.map(([kind, { mibPerSecond, rss }]) => [kind, mibPerSecond, rss]),
      },
    ],
    bars: [{
      what: "verdicts a second over memory, of a handler that only parses and answers",
      measured: share,
      limit: MIN_SHARE,
      unit: "x",
      must: "at least",
    }],
    notes: ["The load comes from the same machine, so that the servers have less than it."],
  };
}

export const question: Question = {
  name: "http",
  asks: "How many verdicts a second does the feedback endpoint take, and what does an upload cost?",
  answer,
};
