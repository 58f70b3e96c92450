// Runs statements in DuckDB in a separate process: _duckdb_child.ts FILE, and prints the time of the last
// one and the memory, as JSON. What it returns first is what was found.
// deno-lint-ignore-file no-console no-import-prefix -- its output is its answer; no other file needs it
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.6-r.1";
import { measured } from "./_measured.ts";

const [file = ""] = Deno.args;
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const statement = await Deno.readTextFile(file);
const result = await measured(async () => {
  const reader = await connection.runAndReadAll(statement);
  return Number(reader.getRows()[0]?.[0]);
}, "leave");
console.log(JSON.stringify(result));
