// What does an export as Parquet cost, beside DuckDB's?
import { openDataset } from "@flagstone/flagging/dataset";
import { datasetSql } from "@flagstone/flagging/export";
import { runScript } from "../helpers/deno.ts";
import { writeLargeDataset } from "../helpers/engine_dataset.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Measured } from "./_measured.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { shown } from "./_report.ts";
import { median, ratio } from "./_stats.ts";

const FULL = { rows: 1_000_000, rounds: 3 };
const QUICK = { rows: 20_000, rounds: 2 };
const MAX_SECONDS = 40;
const MAX_PEAK_MB = 300;
const OURS = new URL("_parquet_child.ts", import.meta.url);
const DUCKDB = new URL("_duckdb_child.ts", import.meta.url);

async function run(script: URL, args: readonly string[]): Promise<Measured> {
  const { success, stdout, stderr } = await runScript(script, { args });
  if (!success) throw new Error(`Cannot export: ${stderr}`);
  return JSON.parse(stdout);
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { rows, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  const data = `${dir.path}/flagged`;
  await Deno.mkdir(data);
  writeLargeDataset(data, { rows });
  const outputs = [`${dir.path}/ours.parquet`, `${dir.path}/theirs.parquet`] as const;
  await using dataset = await openDataset(data);
  const statement = `${dir.path}/copy.sql`;
  const query = datasetSql(dataset, "duckdb").trim();
  await Deno.writeTextFile(statement, `COPY (${query}) TO '${outputs[1]}' (FORMAT parquet)`);
  const [ours, theirs]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await run(OURS, [data, outputs[0]]));
    theirs.push(await run(DUCKDB, [statement]));
  }
  const found = [...ours, ...theirs].map((result) => result.found);
  if (found.some((count) => count !== rows)) throw new Error(`Exported ${found.join(", ")} rows`);
  const peakMb = (results: readonly Measured[]) =>
    median(results.map(({ peakBytes }) => peakBytes)) / 1e6;
  const ms = (results: readonly Measured[]) => results.map((result) => result.ms);
  return {
    tables: [{
      columns: ["way", "ms", "it/exportParquet()", "peak MB", "file MB"],
      rows: ([["exportParquet()", ours], ["DuckDB: COPY of datasetSql()", theirs]] as const)
        .map(([name, results], i) => [
          name,
          median(ms(results)),
          ratio(ms(results), ms(ours)),
          peakMb(results),
          Deno.statSync(outputs[i]!).size / 1e6,
        ]),
    }],
    bars: [{
      what: `exportParquet(), ${shown(rows)} rows`,
      measured: median(ms(ours)) / 1000,
      limit: MAX_SECONDS,
      unit: "s",
      must: "at most",
    }, {
      what: "memory of its whole process at its peak",
      measured: peakMb(ours),
      limit: MAX_PEAK_MB,
      unit: "MB",
      must: "at most",
    }],
    notes: [
      `Medians of ${rounds} interleaved rounds, each in a process of its own. Every column is text.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "parquet",
  asks: "What does an export as Parquet cost, beside DuckDB's?",
  answer,
};
