import { assertEquals, assertMatch } from "@std/assert";
import { codeOf, flagExample, statementOf } from "../helpers/engine_page.ts";
import { pythonWithPandas } from "../helpers/engine_pandas.ts";
import { runDuckdb } from "../helpers/engines.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("The statement of docs/engines.md for DuckDB runs", async () => {
  await using dir = new TempDir();
  const statement = statementOf("DuckDB", await flagExample(dir.path, "duckdb"));
  const rows = await runDuckdb(
    "rows",
    `SELECT flag, samples::VARCHAR, since::VARCHAR FROM (
${statement})`,
  );
  assertEquals(rows.map(([flag, samples]) => [flag, samples]).sort(), [["good", "1"], [
    "wrong",
    "1",
  ]]);
  assertMatch(rows[0]![2]!, /^2026-01-31 12:00:00/);
});

Deno.test({
  name: "The program of docs/engines.md for pandas runs",
  ignore: pythonWithPandas() === null,
  fn: async () => {
    await using dir = new TempDir();
    await Deno.writeTextFile(`${dir.path}/rows.py`, await flagExample(dir.path, "pandas"));
    await Deno.writeTextFile(`${dir.path}/program.py`, codeOf("pandas"));
    const { stdout, stderr } = await new Deno.Command(pythonWithPandas()!, {
      args: ["program.py"],
      cwd: dir.path,
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertMatch(text, /^flag\ngood +1\nwrong +1\n/);
  },
});
