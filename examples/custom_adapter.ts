// A storage adapter over SQLite, in 60 lines: StorageDriver checks keys and options, and cuts ranges.
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { CSVLogger, type ObjectInfo, type StorageError } from "@flagstone/flagging";
import { type Attempt, bodyBytes, fail, StorageDriver } from "@flagstone/flagging/adapter";
import type { DriverCall, ListCall, StoredBytes, WriteCall } from "@flagstone/flagging/adapter";

const INFO = "key, length(body) AS size, 'v' || version AS version";

/** Keeps objects in a SQLite database, which several processes may share. */
export class SqliteAdapter extends StorageDriver {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    super({ name: "sqlite", capabilities: { create: "host", swap: "host", versions: "unique" } });
    this.#db = db;
    db.exec(`CREATE TABLE IF NOT EXISTS objects
      (version INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL, body BLOB NOT NULL)`);
  }

  protected override statObject({ key }: DriverCall): ObjectInfo | null {
    return this.#query(`SELECT ${INFO} FROM objects WHERE key = ?`, key)[0] ?? null;
  }

  protected override readObject({ key }: DriverCall): StoredBytes | null {
    const [row] = this.#query(`SELECT ${INFO}, body FROM objects WHERE key = ?`, key);
    return row === undefined ? null : { info: row, body: row.body };
  }

  protected override async writeObject(call: WriteCall): Promise<ObjectInfo | null> {
    const { key, precondition } = call;
    const expected = precondition === "absent" ? "absent" : precondition?.version ?? null;
    const rows = this.#query(
      `INSERT OR REPLACE INTO objects (key, body) SELECT ?1, ?2 WHERE ?3 IS NULL OR ?3 =
        ifnull((SELECT 'v' || version FROM objects WHERE key = ?1), 'absent') RETURNING ${INFO}`,
      ...[key, await bodyBytes(call), expected],
    );
    return rows[0] ?? null; // no row: the precondition did not hold, and the base throws a Conflict
  }

  protected override deleteObject({ key }: DriverCall): void {
    this.#db.prepare("DELETE FROM objects WHERE key = ?").run(key);
  }

  protected override listObjects({ after }: ListCall): ObjectInfo[] {
    return this.#query(`SELECT ${INFO} FROM objects WHERE key > ? ORDER BY key`, after);
  }

  protected override toStorageError(cause: unknown, attempt: Attempt): StorageError {
    const why = `SQLite failed: ${cause}`;
    return fail(attempt, { code: "Unavailable", why, outcome: "not-applied", cause });
  }

  #query(sql: string, ...values: SQLInputValue[]): (ObjectInfo & { body: Uint8Array })[] {
    return this.#db.prepare(sql).all(...values) as never;
  }
}

// Two loggers, which could be two processes, log to one database.
if (import.meta.main) {
  const db = new DatabaseSync("flagged.db");
  db.exec("PRAGMA busy_timeout = 5000"); // how long a process waits for another one to finish its write
  const storage = new SqliteAdapter(db);
  const loggers = [new CSVLogger({ storage }), new CSVLogger({ storage })];
  for (const logger of loggers) await logger.setup(["question", "answer"]);
  await Promise.all(loggers.map((logger) => logger.flag(["2 + 2?", "5"], "wrong", "ada")));
  const dataset = await storage.read("flagged/dataset1.csv");
  // deno-lint-ignore no-console -- an example prints
  console.log(await new Response(dataset?.body).text());
  db.close();
}
