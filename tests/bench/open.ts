// What does it cost to open a large dataset?
import { runScript } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Measured } from "./_measured.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { shown } from "./_report.ts";
import { writeDataset } from "./_samples.ts";
import { median, ratio } from "./_stats.ts";

const FULL = { sizes: [50_000, 500_000, 2_000_000, 10_100_000], rounds: 4 }; // the last is over 1 GB
const QUICK = { sizes: [5000, 50_000], rounds: 2 };
const MAX_PAPAPARSE_ROWS = 500_000; // it would take gigabytes
const CHILD = new URL("_open_child.ts", import.meta.url);
/** Lets the child collect garbage. */
const ENV = { DENO_V8_FLAGS: "--expose-gc" };
const MIB = 2 ** 20;
/** The largest difference by chance; the datasets differ by many times as much. */
const MAX_GROWTH_MIB = 16;
const MAX_PEAK_MB = 100;
const MIN_SPEED = 0.5;

const WAYS = ["flag", "read", "readable", "readRaw", "papaparse"] as const;
type Way = (typeof WAYS)[number];
const NAMES: Readonly<Record<Way, string>> = {
  flag: "first flag() of a logger",
  read: "read() of the adapter",
  readable: "Deno's own file.readable",
  readRaw: "file.read() into one buffer",
  papaparse: "papaparse",
};

/** One way to open a dataset of one size, and its costs in each round. */
interface Case {
  readonly way: Way;
  readonly rows: number;
  readonly dir: string;
  readonly bytes: number;
  readonly opened: Measured[];
  /** The same with garbage collected all the time: the memory that is needed. */
  readonly collected: Measured[];
}

function prepare(root: string, rows: number): Case[] {
  const dir = `${root}/${rows}`;
  Deno.mkdirSync(dir);
  const bytes = writeDataset(`${dir}/dataset1.csv`, rows);
  const ways = WAYS.filter((way) => way !== "papaparse" || rows <= MAX_PAPAPARSE_ROWS);
  return ways.map((way) => ({ way, rows, dir, bytes, opened: [], collected: [] }));
}

async function open(one: Case): Promise<void> {
  one.opened.push(await openOnce(one, "leave"));
  one.collected.push(await openOnce(one, "collect"));
}

async function openOnce(
  { way, rows, dir, bytes }: Case,
  garbage: "leave" | "collect",
): Promise<Measured> {
  const { success, stdout, stderr } = await runScript(CHILD, {
    args: [way, dir, garbage],
    env: ENV,
  });
  if (!success) throw new Error(`Cannot open a dataset: ${stderr}`);
  const result: Measured = JSON.parse(stdout);
  if (result.found !== (way.startsWith("read") ? bytes : rows)) {
    throw new Error(`${NAMES[way]} found ${result.found} in a dataset of ${rows} rows`);
  }
  // Without the flagged row, the next round finds the same bytes as this one.
  Deno.truncateSync(`${dir}/dataset1.csv`, bytes);
  return result;
}

const times = ({ opened }: Case): number[] => opened.map(({ ms }) => ms);
const grownMib = (results: readonly Measured[]): number =>
  median(results.map(({ grownBytes }) => grownBytes)) / MIB;

const peakMib = (results: readonly Measured[]): number =>
  median(results.map(({ peakBytes }) => peakBytes)) / MIB;

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { sizes, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  const cases = sizes.flatMap((rows) => prepare(dir.path, rows));
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) await open(one);
  }
  const flags = cases.filter(({ way }) => way === "flag");
  const [small, large] = flags.slice(-2) as [Case, Case];
  const readable = cases.find(({ way, rows }) => way === "readable" && rows === large.rows)!;
  return {
    tables: [{
      columns: [
        "rows",
        "MB",
        "way",
        "ms",
        "MB/s",
        "first flag()/it",
        "peak MiB",
        "peak growth MiB",
        "needed MiB",
      ],
      rows: cases.map((one) => [
        one.rows,
        one.bytes / 1e6,
        NAMES[one.way],
        median(times(one)),
        one.bytes / 1e3 / median(times(one)),
        ratio(times(flags.find(({ rows }) => rows === one.rows)!), times(one)),
        peakMib(one.opened),
        grownMib(one.opened),
        grownMib(one.collected),
      ]),
    }],
    bars: [{
      what: `speed of the first flag() of ${shown(large.rows)} rows, against file.readable`,
      measured: 1 / ratio(times(large), times(readable)),
      limit: MIN_SPEED,
      unit: "x",
      must: "at least",
    }, {
      what: `memory of the whole process at its peak, at ${shown(large.rows)} rows`,
      measured: peakMib(large.opened) * MIB / 1e6,
      limit: MAX_PEAK_MB,
      unit: "MB",
      must: "at most",
    }, {
      what: `flat memory: needed at ${shown(large.rows)} rows beyond those at ${shown(small.rows)}`,
      measured: grownMib(large.collected) - grownMib(small.collected),
      limit: MAX_GROWTH_MIB,
      unit: "MiB",
      must: "at most",
    }],
    notes: [
      `Medians of ${rounds} interleaved rounds, each in a process of its own, cold code included.`,
      "Peak growth has what waits for the garbage collector, of those that only read up to 64 MiB " +
      "of buffers; needed is the peak of a second run in which garbage is collected every 5 ms.",
      "papaparse takes the whole text of Deno.readTextFile() and counts records, row by row.",
      `The peak is ${
        large.opened.every(({ exactPeak }) => exactPeak)
          ? "the kernel's (VmHWM)"
          : "sampled, as the kernel does not tell it"
      }.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "open",
  asks: "What does it take to open a large dataset, and does its memory grow with it?",
  answer,
};
