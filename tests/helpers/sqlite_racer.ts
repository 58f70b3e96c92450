// Runs one racing job of the conformance suite over a SQLite database, in its own process.
import { DatabaseSync } from "node:sqlite";
import { runRacer } from "@flagstone/flagging/testing";
import { SqliteAdapter } from "../../examples/custom_adapter.ts";

const [path = "", job = ""] = Deno.args;
using db = new DatabaseSync(path);
db.exec("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF");
const result = await runRacer(new SqliteAdapter(db), JSON.parse(job));
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify(result));
