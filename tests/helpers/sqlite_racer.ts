// Runs one racing job of the conformance suite on a SQLite database, in a separate process.
import { DatabaseSync } from "node:sqlite";
import { runRacer } from "@flagstone/flagging/testing";
import { SqliteAdapter } from "../../examples/custom_adapter.ts";

const [path = "", job = ""] = Deno.args;
using db = new DatabaseSync(path);
db.exec("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF");
const result = await runRacer(new SqliteAdapter(db), JSON.parse(job));
// deno-lint-ignore no-console -- the suite reads it
console.log(JSON.stringify(result));
