// What does it cost to read a dataset as one table?
import { openDataset } from "@flagstone/flagging/dataset";
import { datasetSql } from "@flagstone/flagging/export";
import { writeLargeDataset } from "../helpers/engine_dataset.ts";
import { pythonWithPandas } from "../helpers/engine_pandas.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Measured } from "./_measured.ts";
import type { Answer, Bar, BenchOptions, Question } from "./_question.ts";
import { type Reading, readOnce } from "./_reading.ts";
import { shown } from "./_report.ts";
import { median, ratio } from "./_stats.ts";

const FULL = { rows: 1_000_000, more: 10_000_000, rounds: 3 };
const QUICK = { rows: 20_000, more: 100_000, rounds: 2 };
const MIB = 2 ** 20;
/** The largest difference by chance. */
const MAX_GROWTH_MIB = 16;
const INDEX = { seconds: 1.2, mb: 40, reading: 2 };
const PAGE_MS = 5;
const FACET_SECONDS = 1.2;
const SELECT_SECONDS = 3;

const NAMES: Readonly<Record<string, string>> = {
  bytes: "read() of every piece",
  scan: "… and the offsets of its records",
  index: "index()",
  facet: "index({ facets }) and facet() of a column",
  pages: "a page() somewhere of the index",
  select: "rows({ select: [one] })",
  rows: "rows()",
  papaparse: "papaparse",
  csvParse: "csv-parse",
  duckdb: "DuckDB by datasetSql()",
  pandas: "pandas by datasetSql()",
};
/** Ways that do not count rows by their flag. */
const OTHERS = ["bytes", "scan", "pages"];

/** A way to read, and its costs in each round. */
interface Case extends Reading {
  readonly results: Measured[];
  /** The same with garbage collected all the time. */
  readonly collected: Measured[];
}

async function casesOf(dir: string): Promise<Case[]> {
  await using dataset = await openDataset(dir);
  for (const engine of ["duckdb", "pandas"] as const) {
    await Deno.writeTextFile(`${dir}/${engine}.txt`, datasetSql(dataset, engine));
  }
  const ways = Object.keys(NAMES).filter((way) => way !== "pandas" || pythonWithPandas() !== null);
  return ways.map((way) => ({ way, dir, file: `${dir}/${way}.txt`, results: [], collected: [] }));
}

function checkFound(cases: readonly Case[]): void {
  const counts = cases.filter(({ way }) => !OTHERS.includes(way))
    .flatMap(({ results }) => results.map(({ found }) => found));
  if (new Set(counts).size !== 1) throw new Error(`The ways found ${counts.join(", ")} rows`);
}

const times = ({ results }: Case): number[] => results.map(({ ms }) => ms);
const grownMib = (results: readonly Measured[]): number =>
  median(results.map(({ grownBytes }) => grownBytes)) / MIB;

/** The memory that reading all rows needs, in MiB. */
async function steadyMib(dir: string, rows: number, times: number): Promise<number> {
  await Deno.mkdir(dir);
  writeLargeDataset(dir, { rows, times });
  const { grownBytes } = await readOnce({ way: "rows", dir, collects: true, isSteady: true });
  await Deno.remove(dir, { recursive: true });
  return grownBytes / MIB;
}

function barsOf(cases: readonly Case[], rows: number, growth: number): Bar[] {
  const find = (way: string) => cases.find((one) => one.way === way)!;
  const most = (what: string, measured: number, limit: number, unit: string): Bar => ({
    what: `${what}, ${shown(rows)} rows`,
    measured,
    limit,
    unit,
    must: "at most",
  });
  const seconds = (way: string) => median(times(find(way))) / 1000;
  const indexMb = grownMib(find("index").collected) * MIB / 1e6;
  return [
    most("index()", seconds("index"), INDEX.seconds, "s"),
    most("memory that index() needs", indexMb, INDEX.mb, "MB"),
    most(
      "index(), against read()",
      ratio(times(find("index")), times(find("bytes"))),
      INDEX.reading,
      "x",
    ),
    most("a page of the index", median(times(find("pages"))), PAGE_MS, "ms"),
    most("a facet from nothing", seconds("facet"), FACET_SECONDS, "s"),
    most("rows() of one column", seconds("select"), SELECT_SECONDS, "s"),
    most(
      "flat memory: rows() of ten times as many, beyond those of these",
      growth,
      MAX_GROWTH_MIB,
      "MiB",
    ),
  ];
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { rows, more, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  writeLargeDataset(dir.path, { rows });
  const cases = await casesOf(dir.path);
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) one.results.push(await readOnce(one));
  }
  checkFound(cases);
  for (const one of cases.filter(({ way }) => way !== "pandas")) {
    one.collected.push(await readOnce({ ...one, collects: true }));
  }
  const few = await steadyMib(`${dir.path}/few`, rows, 1);
  const many = await steadyMib(`${dir.path}/many`, more, more / rows);
  const rowsCase = cases.find(({ way }) => way === "rows")!;
  return {
    tables: [{
      columns: ["way", "ms", "it/rows()", "peak growth MiB", "needed MiB"],
      rows: cases.map((one) => [
        NAMES[one.way]!,
        median(times(one)),
        ratio(times(one), times(rowsCase)),
        grownMib(one.results),
        one.collected.length === 0 ? NaN : grownMib(one.collected),
      ]),
    }],
    bars: barsOf(cases, rows, many - few),
    notes: [
      `${
        shown(rows)
      } rows in two versions, with quotes, line breaks, emoji and formulas in cells; ` +
      `medians of ${rounds} interleaved rounds, each in a process of its own, cold code included.`,
      "Ways that read rows count those with one flag; all of them find the same number.",
      "papaparse takes the whole text of Deno.readTextFile(), csv-parse a stream of Node.js.",
      `With --max-semi-space-size=4, rows() needs ${shown(few)} MiB for ${shown(rows)} rows and ` +
      `${shown(many)} MiB for ${shown(more)}. The growth of pandas is its whole process.`,
      ...(pythonWithPandas() === null ? ["pandas is not installed."] : []),
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "read",
  asks: "What does it take to read a dataset as one table, and does memory grow with it?",
  answer,
};
