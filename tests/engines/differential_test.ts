import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openDataset } from "@flagstone/flagging/dataset";
import { datasetSql } from "@flagstone/flagging/export";
import { ClickHouse } from "../helpers/engine_clickhouse.ts";
import { writeEngineDataset } from "../helpers/engine_dataset.ts";
import { flagExample, statementOf } from "../helpers/engine_page.ts";
import { pythonWithPandas, runPandas } from "../helpers/engine_pandas.ts";
import { profileOf } from "../helpers/engine_profile.ts";
import { SHAPES, sortedRows, withShape } from "../helpers/engine_shapes.ts";
import { runDuckdb } from "../helpers/engines.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const FULL = { rows: 1_000_000, segments: 3000 };
const clickhouse = await ClickHouse.install();

globalThis.addEventListener("unload", () => {
  clickhouse?.removeSync();
});

Deno.test({
  name: "ClickHouse reads each shape of a dataset by our query as openDataset() does",
  ignore: clickhouse === null,
  fn: async (t) => {
    for (const shape of SHAPES) {
      await t.step(shape.what, () =>
        withShape(shape, "clickhouse", async ({ program, rows }) => {
          const reading = clickhouse!.run("rows", program);
          if (shape.unfit?.includes("clickhouse")) await assertRejects(() => reading);
          else assertEquals(sortedRows(await reading), rows);
        }));
    }
  },
});

Deno.test({
  name: "The statement of docs/engines.md for ClickHouse runs",
  ignore: clickhouse === null,
  fn: async () => {
    await using dir = new TempDir();
    const statement = statementOf("ClickHouse", await flagExample(dir.path, "clickhouse"));
    const rows = await clickhouse!.run("rows", statement);
    const found = sortedRows(rows).map((row) => JSON.parse(row).map(String));
    assertEquals(found.map(([flag, samples]) => [flag, samples]), [["good", "1"], ["wrong", "1"]]);
    for (const [, , since] of found) assertMatch(since, /^2026-01-31 12:00:00\.\d{6}$/);
  },
});

Deno.test("The engines read 1 000 000 rows in 3006 files as openDataset() does", async (t) => {
  await using dir = new TempDir();
  writeEngineDataset(dir.path, FULL);
  await using dataset = await openDataset(dir.path);
  const own = await profileOf(dir.path);
  assertEquals(own.map(({ texts, nulls }) => texts + nulls), own.map(() => FULL.rows));
  await t.step("DuckDB", async () => {
    assertEquals(await runDuckdb("profile", datasetSql(dataset, "duckdb")), own);
  });
  await t.step({
    name: "pandas",
    ignore: pythonWithPandas() === null,
    fn: async () => {
      assertEquals(await runPandas("profile", datasetSql(dataset, "pandas")), own);
    },
  });
  await t.step({
    name: "ClickHouse",
    ignore: clickhouse === null,
    fn: async () => {
      assertEquals(await clickhouse!.run("profile", datasetSql(dataset, "clickhouse")), own);
    },
  });
});
