// Prints the rows of a query in DuckDB as JSON, with the types of its columns: duckdb_rows.ts QUERY.
// deno-lint-ignore-file no-console no-import-prefix -- its output is its answer; no other file needs it
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.6-r.1";

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const reader = await connection.runAndReadAll(Deno.args[0]!);
const types = reader.columnTypes().map((type) => String(type));
const rows = reader.getRowObjectsJson();
console.log(JSON.stringify({ types, rows }));
