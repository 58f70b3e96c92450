// Runs one racing job of the conformance suite over a local directory, in its own process.
import { LocalFsAdapter } from "@flagstone/flagging";
import { runRacer } from "@flagstone/flagging/testing";

const [root = "", job = ""] = Deno.args;
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify(await runRacer(new LocalFsAdapter({ root }), JSON.parse(job))));
