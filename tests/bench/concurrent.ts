// What does a row cost when 64 flags are under way at once?
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { stringify } from "@std/csv/stringify";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { bytesAt, cellsAt, COMPONENTS, sampleAt, writeDataset } from "./_samples.ts";
import { median, ratio, timed } from "./_stats.ts";

const CONCURRENT = 64;
const ROUNDS = 400;
const QUICK_ROUNDS = 60;
const WARM_UP_ROUNDS = 40;
const BLOCKS = 16; // all samples of the pool
const MAX_COST = 4;
const MIN_SPEED_UP = 3;

const WAYS = ["concurrent", "sequential", "stringify", "writeFile", "writeFileSync"] as const;
type Way = (typeof WAYS)[number];

/** Processes the 64 samples that begin at a number. */
type Batch = (first: number) => void | Promise<unknown>;

const numbers: readonly number[] = Array.from({ length: CONCURRENT }, (_, i) => i);

/** The bytes of 64 rows by the number of the first, joined before the clock starts. */
function joinedRows(first: number): Uint8Array {
  const rows = numbers.map((i) => bytesAt(first + i));
  const joined = new Uint8Array(rows.reduce((length, row) => length + row.length, 0));
  rows.reduce((offset, row) => (joined.set(row, offset), offset + row.length), 0);
  return joined;
}

async function batches(root: string): Promise<Record<Way, Batch>> {
  const flag = await flagInto(`${root}/concurrent`);
  const flagAlone = await flagInto(`${root}/sequential`);
  const blocks = Array.from({ length: BLOCKS }, (_, block) => joinedRows(block * CONCURRENT));
  const blockAt = (first: number): Uint8Array => blocks[first / CONCURRENT % BLOCKS]!;
  const append = { append: true };
  return {
    concurrent: (first) => Promise.all(numbers.map((i) => flag(first + i))),
    sequential: async (first) => {
      for (const i of numbers) await flagAlone(first + i);
    },
    stringify: (first) => {
      let length = 0;
      for (const i of numbers) length += stringify([cellsAt(first + i)]).length;
      if (length === 0) throw new Error("Nothing was encoded");
    },
    writeFile: (first) => Deno.writeFile(`${root}/writeFile.csv`, blockAt(first), append),
    writeFileSync: (first) =>
      Deno.writeFileSync(`${root}/writeFileSync.csv`, blockAt(first), append),
  };
}

async function flagInto(root: string): Promise<(index: number) => Promise<number>> {
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  await logger.setup(COMPONENTS, "");
  return (index) => {
    const { data, option, username } = sampleAt(index);
    return logger.flag(data, option, username);
  };
}

/** Microseconds a row, by round. */
async function measure(rounds: number): Promise<Record<Way, number[]>> {
  await using dir = new TempDir();
  const run = await batches(dir.path);
  const times: Record<Way, number[]> = {
    concurrent: [],
    sequential: [],
    stringify: [],
    writeFile: [],
    writeFileSync: [],
  };
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const way of WAYS) {
      const time = await timed(() => run[way](round * CONCURRENT));
      if (round >= WARM_UP_ROUNDS) times[way].push(time / CONCURRENT);
    }
  }
  refuseOtherSizes(dir.path);
  return times;
}

/** Checks that all contenders wrote the same rows. */
function refuseOtherSizes(root: string): void {
  const header = writeDataset(`${root}/header.csv`, 0);
  const expected = Deno.statSync(`${root}/writeFileSync.csv`).size + header;
  for (const name of ["concurrent/dataset1", "sequential/dataset1"]) {
    const { size } = Deno.statSync(`${root}/${name}.csv`);
    if (size !== expected) throw new Error(`${name} has ${size} bytes and not ${expected}`);
  }
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const times = await measure(rounds);
  const plus = (one: number[], other: number[]): number[] => one.map((time, i) => time + other[i]!);
  const floor = plus(times.stringify, times.writeFileSync);
  const floorAsync = plus(times.stringify, times.writeFile);
  const row = (what: string, of: number[]): [string, number, number, number] => [
    what,
    median(of),
    1e6 / median(of),
    ratio(times.concurrent, of),
  ];
  return {
    tables: [{
      columns: ["way", "µs a row", "rows/s", "64 at once/it"],
      rows: [
        row("64 flags at once", times.concurrent),
        row("64 flags one by one", times.sequential),
        row("stringify of each row", times.stringify),
        row("share of one writeFileSync append", times.writeFileSync),
        row("share of one writeFile append", times.writeFile),
        row("stringify + writeFileSync", floor),
        row("stringify + writeFile", floorAsync),
      ],
    }],
    bars: [
      {
        what: "a row of 64 at once, against stringify + its share of one append (writeFileSync)",
        measured: ratio(times.concurrent, floor),
        limit: MAX_COST,
        unit: "x",
        must: "at most",
      },
      {
        what: "rate of 64 at once, against one by one",
        measured: ratio(times.sequential, times.concurrent),
        limit: MIN_SPEED_UP,
        unit: "x",
        must: "at least",
      },
    ],
    notes: [
      `Medians of ${rounds} interleaved rounds of ${CONCURRENT} rows. The bar takes the cheaper of ` +
      "the two appends.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "concurrent",
  asks: "What does a row cost when 64 flags are under way at once?",
  answer,
};
