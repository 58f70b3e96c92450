import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { CSVLogger, MemoryAdapter, SimpleCSVLogger } from "@flagstone/flagging";
import { type Dataset, openDataset } from "@flagstone/flagging/dataset";
import { datasetSql, type SqlEngine } from "@flagstone/flagging/export";
import { writeEngineDataset } from "../helpers/engine_dataset.ts";
import { pythonWithPandas, runPandas } from "../helpers/engine_pandas.ts";
import { profileOf } from "../helpers/engine_profile.ts";
import { SHAPES, sortedRows, withShape } from "../helpers/engine_shapes.ts";
import { runDuckdb } from "../helpers/engines.ts";
import { hasPython } from "../helpers/python_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const ENGINES: readonly SqlEngine[] = ["duckdb", "clickhouse", "spark", "pandas"];
const QUICK = { rows: 20_000, segments: 60 };
const HAS_PANDAS = pythonWithPandas() !== null;

async function flagged(labels: readonly string[] = ["a"]): Promise<MemoryAdapter> {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(labels);
  await logger.flag(labels.map(() => "=1"));
  return storage;
}

async function openFlagged(): Promise<Dataset> {
  return await openDataset(await flagged(), "flagged");
}

Deno.test("DuckDB reads each shape of a dataset by our query as openDataset() does", async (t) => {
  for (const shape of SHAPES) {
    await t.step(shape.what, () =>
      withShape(shape, "duckdb", async ({ program, rows }) => {
        assertEquals(sortedRows(await runDuckdb("rows", program)), rows);
      }));
  }
});

Deno.test({
  name: "pandas reads each shape of a dataset by our program as openDataset() does",
  ignore: !HAS_PANDAS,
  fn: async (t) => {
    for (const shape of SHAPES) {
      await t.step(shape.what, () =>
        withShape(shape, "pandas", async ({ program, rows }) => {
          assertEquals(sortedRows(await runPandas("rows", program)), rows);
        }));
    }
  },
});

Deno.test("DuckDB and pandas read 20 000 rows in 66 files as openDataset() does", async () => {
  await using dir = new TempDir();
  writeEngineDataset(dir.path, QUICK);
  await using dataset = await openDataset(dir.path);
  const own = await profileOf(dir.path);
  assertEquals(own.map(({ texts, nulls }) => texts + nulls), own.map(() => QUICK.rows));
  const sql = datasetSql(dataset, "duckdb");
  assertEquals(await runDuckdb("profile", sql), own);
  const names = dataset.columns.map(({ name }) => name === "Label" ? "Label (3)" : name);
  assertEquals(await runDuckdb("columns", sql), names);
  if (HAS_PANDAS) assertEquals(await runPandas("profile", datasetSql(dataset, "pandas")), own);
});

Deno.test("DuckDB and pandas refuse a row with another number of cells", async (t) => {
  const time = "2026-01-01 00:00:00.000000";
  for (const [what, row] of Object.entries({ more: `1,2,3,${time}`, fewer: time })) {
    const files = { "dataset1.csv": `a,b,timestamp\r\n1,2,${time}\r\n${row}\r\n` };
    await t.step(what, async () => {
      for (const [engine, run] of [["duckdb", runDuckdb], ["pandas", runPandas]] as const) {
        if (engine === "pandas" && !HAS_PANDAS) continue;
        let message = "";
        await withShape({ what, files }, engine, async ({ program }) => {
          await run("profile", program).catch((error) => message = String(error));
        });
        assertMatch(
          message,
          /Expected Number of Columns|fields in line 3, saw 4|fewer cells/,
          engine,
        );
      }
    });
  }
});

Deno.test("The programs in Python can be compiled", async () => {
  if (!hasPython()) return;
  await using dir = new TempDir();
  writeEngineDataset(dir.path, { rows: 100, segments: 3 });
  await using dataset = await openDataset(dir.path);
  for (const engine of ["spark", "pandas"] as const) {
    const { success, stderr } = await new Deno.Command("python3", {
      args: [
        "-c",
        "import sys; compile(sys.argv[1], 'program', 'exec')",
        datasetSql(dataset, engine),
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  }
});

Deno.test("datasetSql() puts base in front of the keys, and needs it for a storage without a path", async () => {
  const dataset = await openFlagged();
  for (const engine of ENGINES) {
    assertThrows(() => datasetSql(dataset, engine), TypeError, "without base");
    for (const base of ["s3://bucket/prefix", "s3://bucket/prefix/"]) {
      const path = /s3a?:\/\/bucket\/prefix\/flagged\/dataset1\.csv["']/;
      assertMatch(datasetSql(dataset, engine, { base }), path);
    }
  }
  assertStringIncludes(datasetSql(dataset, "clickhouse", { base: "s3://bucket" }), "FROM s3('s3:");
  assertStringIncludes(datasetSql(dataset, "clickhouse", { base: "/data" }), "FROM file('/data/");
  assertStringIncludes(datasetSql(dataset, "spark", { base: "s3://bucket" }), '"s3a://bucket/');
});

Deno.test("datasetSql() never emits what makes DuckDB drop or refuse rows, and bounds lines", async () => {
  const dataset = await openFlagged();
  const sql = datasetSql(dataset, "duckdb", { base: "/data", maxLineBytes: 5_000_000 });
  assert(!/new_line|strict_mode = true/.test(sql));
  assertStringIncludes(sql, "parallel = false");
  assertStringIncludes(sql, "max_line_size = 5000000");
  assert(!datasetSql(dataset, "duckdb", { base: "/data" }).includes("max_line_size"));
});

Deno.test("datasetSql() writes paths in which no character is a wildcard", async () => {
  const dataset = await openFlagged();
  const base = "/data/[a]*?{b}";
  assertStringIncludes(datasetSql(dataset, "duckdb", { base }), "'/data/[[]a][*][?]{b}/flagged/");
  assertThrows(() => datasetSql(dataset, "clickhouse", { base }), TypeError, "wildcards");
  const inPython = String.raw`\\[a\\]\\*\\?\\{b\\}`;
  assertStringIncludes(datasetSql(dataset, "spark", { base }), inPython);
});

Deno.test("datasetSql() refuses mistakes, and what no engine can read", async () => {
  const dataset = await openFlagged();
  const call = (engine: string, options: object = {}) => () =>
    datasetSql(dataset, engine as SqlEngine, { base: "/data", ...options });
  assertThrows(call("sqlite"), TypeError, 'Cannot write a query for "sqlite": use "duckdb"');
  assertThrows(call("duckdb", { formulas: "strict" }), TypeError, "no engine removes");
  assertThrows(call("duckdb", { maxLineBytes: 0 }), TypeError, "maxLineBytes: 0");
  assertThrows(call("duckdb", { maxLineBytes: 1.5 }), TypeError, "maxLineBytes: 1.5");
  const pieces = dataset.pieces.map((piece) => ({ ...piece, layout: undefined }));
  const other = { ...dataset, pieces, columns: dataset.columns, storage: dataset.storage };
  assertThrows(() => datasetSql(other, "duckdb", { base: "/" }), TypeError, "openDataset()");
  const none = { ...other, pieces: [], directory: "flagged/" };
  assertThrows(() => datasetSql(none, "duckdb", { base: "/" }), TypeError, "has no row yet");
});

Deno.test("datasetSql() reads a file without a header by the names of its columns", async () => {
  const storage = new MemoryAdapter();
  await using logger = new SimpleCSVLogger({ storage });
  await logger.setup(["a"]);
  await logger.flag(["1"]);
  const dataset = await openDataset(storage, "flagged", { columns: ["first"] });
  const sql = datasetSql(dataset, "duckdb", { base: "/data" });
  assertStringIncludes(sql, "header = false");
  assertStringIncludes(sql, "'first': 'VARCHAR'");
});
