import { runScript } from "./deno.ts";
import type { ColumnProfile } from "./engine_profile.ts";
import { TempDir } from "./temp_dir.ts";

const DUCKDB = new URL("engine_duckdb.ts", import.meta.url);

/** Runs a query in DuckDB, in a process of its own, and returns what is asked of it. */
export function runDuckdb(what: "rows", sql: string): Promise<(string | null)[][]>;
export function runDuckdb(what: "columns", sql: string): Promise<string[]>;
export function runDuckdb(what: "profile", sql: string): Promise<ColumnProfile[]>;
export async function runDuckdb(what: string, sql: string): Promise<unknown> {
  await using dir = new TempDir();
  const file = `${dir.path}/query.sql`;
  await Deno.writeTextFile(file, sql);
  const { success, stdout, stderr } = await runScript(DUCKDB, { args: [what, file] });
  if (!success) throw new Error(stderr);
  return JSON.parse(stdout);
}
