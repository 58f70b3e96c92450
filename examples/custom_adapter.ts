// A storage adapter of one's own, in 60 lines: objects are rows of a SQLite table.
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { CSVLogger, MemoryAdapter, StorageError } from "@flagstone/flagging";
import type { Capabilities, ObjectVersion, StorageAdapter } from "@flagstone/flagging";

const less = { append: "none", durable: false, versions: "unique", metadata: false } as const;
const offers: Capabilities = { create: "host", swap: "host", ...less };
const stage = () => new MemoryAdapter({ name: "sqlite", capabilities: less });
const INFO = "key, version, length(body) AS size";
const WRITE = `INSERT OR REPLACE INTO objects (key, body) SELECT ?1, ?2 WHERE ?3 IS NULL OR
  ?3 = ifnull((SELECT 'v' || version FROM objects WHERE key = ?1), 'absent') RETURNING ${INFO}`;

/** In each call a MemoryAdapter refuses, takes the body in, cuts and sorts; SQLite keeps. */
export function sqliteAdapter(db: DatabaseSync): StorageAdapter {
  db.exec(`CREATE TABLE IF NOT EXISTS objects
    (version INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL, body BLOB NOT NULL)`);
  const query = (sql: string, ...values: SQLInputValue[]) => {
    try {
      return db.prepare(sql).all(...values).map(({ key, version, size, body }) => ({
        info: { key: `${key}`, version: `v${version}` as ObjectVersion, size: Number(size) },
        body: body as Uint8Array,
      }));
    } catch (cause) {
      const known = { adapter: "sqlite", outcome: "not-applied", cause } as const;
      throw new StorageError("Cannot query the database", { ...known, code: "Unavailable" });
    }
  };
  const adapter: StorageAdapter = {
    name: "sqlite",
    capabilities: offers,
    stat: async (key, options) => (await adapter.read(key, options))?.info ?? null,
    async read(key, { ifVersion, ...options } = {}) {
      const staged = stage();
      const [row] = query(`SELECT ${INFO}, body FROM objects WHERE key = ?`, key);
      if (row !== undefined) await staged.write(key, row.body);
      const isStale = ifVersion !== undefined && ifVersion !== row?.info.version;
      const result = await staged.read(key, isStale ? { ...options, ifVersion } : options);
      return result && { ...result, info: row!.info };
    },
    async write(key, body, { precondition, ...options } = {}) {
      const staged = stage();
      const expected = precondition === "absent" ? precondition : precondition?.version;
      await staged.write(key, body, expected ? options : { ...options, precondition });
      const bytes = await new Response((await staged.read(key))?.body).bytes();
      const [row] = query(WRITE, key, bytes, expected ?? null);
      return row?.info ?? await staged.write(key, bytes, { precondition }); // which is a Conflict
    },
    async delete(key, options) {
      await stage().delete(key, options);
      query("DELETE FROM objects WHERE key = ?", key);
    },
    async *list(options) {
      const staged = stage();
      const all = new Map(query(`SELECT ${INFO} FROM objects`).map(({ info }) => [info.key, info]));
      for (const key of all.keys()) await staged.write(key, new Uint8Array());
      for await (const { key } of staged.list(options)) yield all.get(key)!;
    },
  };
  return adapter;
}

// Two loggers, which might as well be two processes, log to one database.
if (import.meta.main) {
  const db = new DatabaseSync("flagged.db");
  db.exec("PRAGMA busy_timeout = 5000"); // how long a process waits while another one writes
  const storage = sqliteAdapter(db);
  const loggers = [new CSVLogger({ storage }), new CSVLogger({ storage })];
  for (const logger of loggers) await logger.setup(["question", "answer"]);
  await Promise.all(loggers.map((logger) => logger.flag(["2 + 2?", "5"], "wrong", "ada")));
  const dataset = await storage.read("flagged/dataset1.csv");
  // deno-lint-ignore no-console -- an example prints
  console.log(await new Response(dataset?.body).text());
  db.close();
}
