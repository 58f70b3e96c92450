// Runs a query in DuckDB: engine_duckdb.ts WHAT FILE, where the file holds the query. Prints as JSON
// what is asked: "rows", the names of the "columns", or a "profile" of each column.
// deno-lint-ignore-file no-console no-import-prefix -- its output is its answer; no other file needs it
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.6-r.1";
import type { ColumnProfile } from "./engine_profile.ts";

const [what, file = ""] = Deno.args;
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const query = (await Deno.readTextFile(file)).trim();

async function profile(names: readonly string[]): Promise<ColumnProfile[]> {
  const list = names.map((name) => {
    const column = `"${name.replaceAll('"', '""')}"`;
    const hash = `sum(('0x' || substr(md5(${column}), 1, 8))::UBIGINT)::DOUBLE`;
    return `count(${column})::DOUBLE, (count(*) - count(${column}))::DOUBLE, coalesce(${hash}, 0)`;
  });
  const reader = await connection.runAndReadAll(`SELECT ${list.join(", ")} FROM (${query})`);
  const figures = reader.getRows()[0] as number[];
  return names.map((_, i) => {
    const [texts, nulls, hash] = figures.slice(i * 3, i * 3 + 3) as [number, number, number];
    return { texts, nulls, hash };
  });
}

const limit = what === "rows" ? "" : " LIMIT 0";
const reader = await connection.runAndReadAll(`SELECT * FROM (${query})${limit}`);
if (what === "rows") console.log(JSON.stringify(reader.getRows()));
else if (what === "columns") console.log(JSON.stringify(reader.columnNames()));
else console.log(JSON.stringify(await profile(reader.columnNames())));
