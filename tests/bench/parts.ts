// Where does the time of one awaited flag() go?
import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";
import { formatTimestamp } from "../../src/dataset/timestamp.ts";
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { jsonCell } from "../../src/components/_json_cell.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Answer, BenchOptions, Question, Table } from "./_question.ts";
import { bytesAt, cellsAt, COMPONENTS, sampleAt } from "./_samples.ts";
import { median, timed } from "./_stats.ts";
import { type Stopwatch, watchFileSystem } from "./_watch.ts";

const ROUNDS = 200;
const QUICK_ROUNDS = 30;
const WARM_UP_ROUNDS = 40;
const PER_ROUND = 100;

const encoder = new TextEncoder();

/** The steps of a sample without a storage; each returns a value that depends on its work. */
const PURE: Readonly<Record<string, (index: number) => number>> = {
  "components: values to cells": (index) => {
    const options = { column: "answer", simplifyFileData: true };
    return sampleAt(index).data.filter((text) => jsonCell(text, options) !== null).length;
  },
  "escape: four cells": (index) => {
    const { data, option, username } = sampleAt(index);
    return [...data, option, username].reduce((sum, text) => sum + escapeCell(text).length, 0);
  },
  // Rows of one by one come some 20 µs apart, so that about every fiftieth is in a new millisecond.
  "timestamp": (index) => formatTimestamp(1.7e15 + index * 20).length,
  "encode: row to text": (index) => encodeRow(cellsAt(index)).length,
  "encode: text to bytes": (index) => encoder.encode(rowTexts[index % rowTexts.length]!).length,
};

const rowTexts: readonly string[] = Array.from(
  { length: 64 },
  (_, i) => new TextDecoder().decode(bytesAt(i)),
);

interface Measured {
  readonly total: number[];
  readonly pure: ReadonlyMap<string, number[]>;
  readonly calls: readonly Stopwatch[];
}

async function measure(rounds: number): Promise<Measured> {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  const logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(COMPONENTS, "");
  const flag = (index: number): Promise<number> => {
    const { data, option, username } = sampleAt(index);
    return logger.flag(data, option, username);
  };
  const total: number[] = [];
  const pure = new Map<string, number[]>(Object.keys(PURE).map((name) => [name, []]));
  const watch = watchFileSystem();
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const first = (round + WARM_UP_ROUNDS) * PER_ROUND;
    if (round === 0) watch.reset();
    for (let i = first; i < first + PER_ROUND; i++) {
      const time = await timed(() => flag(i));
      if (round >= 0) total.push(time);
    }
    await watch.during(async () => {
      for (let i = first; i < first + PER_ROUND; i++) await flag(i);
    });
    for (const [name, work] of Object.entries(PURE)) {
      const spent = await timed(() => repeat(work, first));
      if (round >= 0) pure.get(name)!.push(spent / PER_ROUND);
    }
  }
  return { total, pure, calls: watch.stopwatches };
}

function repeat(work: (index: number) => number, first: number): void {
  let sum = 0;
  for (let i = first; i < first + PER_ROUND; i++) sum += work(i);
  if (sum === 0) throw new Error("Nothing was done");
}

function toTable({ total, pure, calls }: Measured, flags: number): Table {
  const all = median(total);
  const parts: [what: string, times: string, microseconds: number][] = [
    ...[...pure].map(([what, times]) => [what, "1", median(times)] as [string, string, number]),
    ...calls.map((watch) =>
      [watch.name, String(Math.round(watch.calls / flags)), watch.perFlag(flags)] as [
        string,
        string,
        number,
      ]
    ),
  ];
  const known = parts.reduce((sum, [, , microseconds]) => sum + microseconds, 0);
  const rows = [
    ...parts,
    ["promises, bookkeeping, garbage collection: the rest", "", all - known],
    ["one awaited flag()", "", all],
  ] as const;
  return {
    columns: ["part", "calls", "µs", "%"],
    rows: rows.map(([what, times, spent]) => [what, times, spent, (100 * spent) / all]),
  };
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const measured = await measure(rounds);
  return {
    tables: [toTable(measured, rounds * PER_ROUND)],
    bars: [],
    notes: [
      "System calls are timed inside flag(), by wrapping Deno's functions, less what a timer costs; " +
      "the parts without a system call in loops of their own, the rest is the difference.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "parts",
  asks: "Where does the time of one awaited flag() go?",
  answer,
};
