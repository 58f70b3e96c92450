import type { ColumnProfile } from "./engine_profile.ts";
import { TempDir } from "./temp_dir.ts";

/** ClickHouse as a library, which Deno 2.9 cannot load: npm has no package for other systems. */
const PACKAGE = "chdb@3.4.0";

const DRIVER = `
import { readFileSync } from "node:fs";
import { query } from "chdb";
const [what, file] = process.argv.slice(2);
const sql = readFileSync(file, "utf8");
const ask = (question) => query(question, "JSONCompactEachRow").trim().split("\\n").filter(Boolean)
  .map((line) => JSON.parse(line));
if (what === "rows") console.log(JSON.stringify(ask("SELECT * FROM (" + sql + ")")));
else {
  const names = ask("DESCRIBE (" + sql + ")").map(([name]) => name);
  const list = names.map((name) => {
    const column = "\`" + name.replaceAll("\\\\", "\\\\\\\\").replaceAll("\`", "\\\\\`") + "\`";
    const text = "ifNull(toString(" + column + "), '')";
    const hash = "if(isNull(" + column + "), 0, reinterpretAsUInt32(reverse(substring(MD5(" + text +
      "), 1, 4))))";
    return "toFloat64(count(" + column + ")), toFloat64(count() - count(" + column + ")), " +
      "toFloat64(sum(toUInt64(" + hash + ")))";
  });
  const [figures] = ask("SELECT " + list.join(", ") + " FROM (" + sql + ")");
  console.log(JSON.stringify(names.map((_, i) => {
    const [texts, nulls, hash] = figures.slice(i * 3, i * 3 + 3);
    return { texts, nulls, hash };
  })));
}
`;

/** ClickHouse in Node.js, installed into a directory of its own. */
export class ClickHouse {
  readonly #dir: TempDir;

  private constructor(dir: TempDir) {
    this.#dir = dir;
  }

  /** Installs it; returns `null` if it cannot be had here. */
  static async install(): Promise<ClickHouse | null> {
    const dir = new TempDir();
    await Deno.writeTextFile(`${dir.path}/package.json`, '{"private":true}');
    await Deno.writeTextFile(`${dir.path}/driver.mjs`, DRIVER);
    try {
      const { success } = await new Deno.Command("npm", {
        args: ["install", "--no-fund", "--no-audit", PACKAGE],
        cwd: dir.path,
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return new ClickHouse(dir);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await dir[Symbol.asyncDispose]();
    return null;
  }

  /** Runs a query, and returns its rows or a profile of each column. */
  run(what: "rows", sql: string): Promise<(string | null)[][]>;
  run(what: "profile", sql: string): Promise<ColumnProfile[]>;
  async run(what: string, sql: string): Promise<unknown> {
    const file = `${this.#dir.path}/query.sql`;
    await Deno.writeTextFile(file, sql);
    const { success, stdout, stderr } = await new Deno.Command("node", {
      args: ["driver.mjs", what, file],
      cwd: this.#dir.path,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  }

  /** Removes it. */
  removeSync(): void {
    Deno.removeSync(this.#dir.path, { recursive: true });
  }
}
