import { LocalFsAdapter } from "@flagstone/flagging";
import { type DatasetOptions, openDataset } from "@flagstone/flagging/dataset";
import { datasetSql, type SqlEngine } from "@flagstone/flagging/export";
import { TempDir } from "./temp_dir.ts";

/** A dataset that engines must read as this package does. */
export interface Shape {
  readonly what: string;
  /** The files by their names. */
  readonly files: Readonly<Record<string, string>>;
  readonly options?: DatasetOptions;
  /** The engines that refuse it. */
  readonly unfit?: readonly SqlEngine[];
}

const TIME = "2026-01-01 00:00:00.000000";

/** Datasets of few rows, each with a difficulty of its own. */
export const SHAPES: readonly Shape[] = [
  {
    what: "cells that begin with quotes, and escapes of every kind",
    files: {
      "dataset1.csv": "a,timestamp\r\n" +
        [
          "'=1",
          "'+1",
          "'-1",
          "'@a",
          '"\'\t"',
          '"\'\n"',
          '"\'\r"',
          "''=1",
          "'a",
          "'",
          "''",
          '"\'x,=1"',
          '"\'x\n,y,-1"',
          "-5",
        ].map((cell) => `${cell},${TIME}\r\n`).join(""),
    },
  },
  {
    what: "names that break lines, and doubled names",
    files: {
      "dataset1.csv":
        `"a\nb","c\r\nd",x,x,"q""q",timestamp\r\n1,2,3,,5,${TIME}\r\n,,,4,,${TIME}\r\n`,
      "dataset2.csv": `'=f,it's,"a,b",timestamp\r\n1,2,3,${TIME}\r\n`,
    },
  },
  {
    what: "names that differ by case, and one that is empty",
    files: {
      "dataset1.csv": `Label,,timestamp\r\n1,2,${TIME}\r\n`,
      "dataset2.csv": `label,cell_1,timestamp\r\n3,4,${TIME}\r\n`,
    },
  },
  {
    what: "texts that look like nothing",
    files: {
      "dataset1.csv": "a,b,timestamp\r\n" +
        ["NA,null", "NULL,nan", '"",', '\\N,"\\N"', " x , y", '#a,"\t"', "'x',' '"]
          .map((cells) => `${cells},${TIME}\r\n`).join(""),
    },
  },
  {
    what: "a header in the middle, a byte order mark, and a last row without a line ending",
    files: {
      "dataset1.csv":
        `\ufeffa,b,timestamp\r\n1,2,${TIME}\r\na,b,timestamp\r\na,x,${TIME}\r\n3,4,${TIME}`,
    },
  },
  {
    what: "blank lines",
    files: { "dataset1.csv": `\r\na,timestamp\r\n\r\n1,${TIME}\r\n\r\n,${TIME}\r\n\r\n` },
    unfit: ["clickhouse"],
  },
  {
    what: "line endings of other systems, one kind for each file",
    files: {
      "dataset1.csv": `a,timestamp\n1,${TIME}\n"2\n",${TIME}\n`,
      "dataset2.csv": `a,timestamp\r1,${TIME}\r`,
    },
  },
  {
    what: "Gradio's files with single quotes, whose texts are not escaped",
    files: {
      "log.csv": `'a','flag','timestamp'\r\n'it''s "x"','','${TIME}'\r\n'=1,2','b','${TIME}'\r\n`,
      "dataset1.csv": `a,timestamp\r\n'=1,${TIME}\r\n`,
    },
  },
  {
    what: "a file without a header, whose columns have names",
    files: { "log.csv": `1,'=2\r\n"x\n",y\r\n` },
    options: { columns: ["first", "second"] },
  },
  {
    what: "columns that all files have, parts and a segment",
    files: {
      "dataset1.csv": `a,b,timestamp\r\n1,2,${TIME}\r\n`,
      "dataset1.2.csv": `a,b,timestamp\r\n3,4,${TIME}\r\n`,
      "dataset1.w019b76daa80000000000.csv": `a,b,timestamp\r\n5,6,${TIME}\r\n`,
      "dataset1.w019b76daa80000000001.csv": "a,b,timestamp\r\n",
      "dataset1 (copy).csv": `a,b,timestamp\r\n7,8,${TIME}\r\n`,
      "dataset2.csv": `b,c,timestamp\r\n9,10,${TIME}\r\n`,
    },
    options: { columns: "common" },
  },
  {
    what: "chosen columns, one of which no file has",
    files: { "dataset1.csv": `a,b,timestamp\r\n1,2,${TIME}\r\n` },
    options: { columns: ["timestamp", "none", "a"] },
  },
  {
    what: "texts that were not escaped",
    files: { "dataset1.csv": `a,timestamp\r\n'=1,${TIME}\r\n` },
    options: { formulas: "as-typed" },
  },
  {
    what: "a cell of three million characters",
    files: { "dataset1.csv": `a,timestamp\r\n"${"x,\n".repeat(1_000_000)}",${TIME}\r\n` },
  },
];

/** What an engine has to read, and what it should find: the rows as JSON, in any order. */
export interface Expected {
  readonly program: string;
  readonly rows: readonly string[];
}

/** Writes a shape into a directory whose name has a pair `k=v`, and calls back with what to find. */
export async function withShape(
  { files, options }: Shape,
  engine: SqlEngine,
  check: (expected: Expected) => Promise<void>,
): Promise<void> {
  await using dir = new TempDir();
  const root = `${dir.path}/it's k=v`;
  await Deno.mkdir(root);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${root}/${name}`, text);
  }
  await using storage = new LocalFsAdapter({ root });
  const dataset = await openDataset(storage, "", options);
  const rows: string[] = [];
  for await (const { values } of dataset.rows()) rows.push(JSON.stringify(Object.values(values)));
  const formulas = options?.formulas === "as-typed" ? "as-typed" : "gradio";
  await check({ program: datasetSql(dataset, engine, { formulas }), rows: rows.sort() });
}

/** Returns rows as {@linkcode Expected} has them. */
export function sortedRows(rows: readonly (readonly (string | null)[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
