// How much faster do engines read a dataset by our queries than by their own means?
import { openDataset } from "@flagstone/flagging/dataset";
import { datasetSql } from "@flagstone/flagging/export";
import { runScript } from "../helpers/deno.ts";
import { writeLargeDataset, writeSegments } from "../helpers/engine_dataset.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Measured } from "./_measured.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { shown } from "./_report.ts";
import { median, ratio } from "./_stats.ts";

const FULL = { rows: 1_000_000, segments: 3000, rounds: 5 };
const QUICK = { rows: 20_000, segments: 60, rounds: 2 };
/** The rows of a segment. */
const SEGMENT_ROWS = 20;
/** Several threads refuse files with line breaks in cells. */
const SNIFFING = "union_by_name = true, parallel = false";
const MIN_SPEED = { large: 2, many: 10 };
const CHILD = new URL("_duckdb_child.ts", import.meta.url);

const NAMES = {
  ours: "datasetSql()",
  sniffed: "union_by_name = true, parallel = false",
  texts: "the same with all_varchar = true",
} as const;

/** One way to read one dataset, and its costs in each round. */
interface Case {
  readonly data: "large" | "many";
  readonly way: keyof typeof NAMES;
  readonly file: string;
  readonly results: Measured[];
}

/** Every column is read; the rows are counted. */
function counting(query: string): string {
  return `SELECT count(*), max(length(COLUMNS(*)::VARCHAR)) FROM (${query})`;
}

async function casesOf(data: Case["data"], dir: string): Promise<Case[]> {
  await using dataset = await openDataset(dir);
  const queries = {
    ours: datasetSql(dataset, "duckdb"),
    sniffed: `SELECT * FROM read_csv('${dir}/*.csv', ${SNIFFING})`,
    texts: `SELECT * FROM read_csv('${dir}/*.csv', ${SNIFFING}, all_varchar = true)`,
  };
  const cases = Object.entries(queries).map(([way, query]) => ({ way, query }));
  return await Promise.all(cases.map(async ({ way, query }): Promise<Case> => {
    const file = `${dir}/${way}.sql`;
    await Deno.writeTextFile(file, counting(query.trim()));
    return { data, way: way as Case["way"], file, results: [] };
  }));
}

async function run({ file }: Case): Promise<Measured> {
  const { success, stdout, stderr } = await runScript(CHILD, { args: [file] });
  if (!success) throw new Error(`Cannot query: ${stderr}`);
  return JSON.parse(stdout);
}

const times = ({ results }: Case): number[] => results.map(({ ms }) => ms);

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { rows, segments, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  const [large, many] = [`${dir.path}/large`, `${dir.path}/many`];
  await Promise.all([large, many].map((path) => Deno.mkdir(path)));
  writeLargeDataset(large, { rows });
  writeSegments(many, { segments, rows: SEGMENT_ROWS });
  const cases = [...await casesOf("large", large), ...await casesOf("many", many)];
  for (let round = 0; round < rounds; round++) {
    for (const one of cases) one.results.push(await run(one));
  }
  const shownData = {
    large: `${shown(rows)} rows in 2 files`,
    many: `${shown(segments * SEGMENT_ROWS)} rows in ${shown(segments)} segments`,
  };
  const bars = (["large", "many"] as const).map((data) => {
    const [ours, sniffed] = cases.filter((one) => one.data === data) as [Case, Case, Case];
    return {
      what: `speed of our query, ${shownData[data]}, against union_by_name`,
      measured: ratio(times(sniffed), times(ours)),
      limit: MIN_SPEED[data],
      unit: "x",
      must: "at least" as const,
    };
  });
  return {
    tables: [{
      columns: ["dataset", "DuckDB reads by", "ms", "rows found", "peak growth MiB"],
      rows: cases.map((one) => [
        shownData[one.data],
        NAMES[one.way]!,
        median(times(one)),
        one.results[0]!.found,
        median(one.results.map(({ grownBytes }) => grownBytes)) / 2 ** 20,
      ]),
    }],
    bars,
    notes: [
      `Medians of ${rounds} interleaved rounds, each in a process of its own. Every column is read.`,
      "union_by_name guesses a type for each column, leaves the escapes in the texts, and joins columns " +
      "whose names differ by case.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "engines",
  asks: "How fast does DuckDB read a dataset by our query, and by its own means?",
  answer,
};
