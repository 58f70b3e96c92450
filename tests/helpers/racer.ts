// Runs one racing job of the conformance suite on a local directory, in a separate process.
import { LocalFsAdapter } from "@flagstone/flagging";
import { runRacer } from "@flagstone/flagging/testing";

const [root = "", job = ""] = Deno.args;
// deno-lint-ignore no-console -- how its result reaches the test
console.log(JSON.stringify(await runRacer(new LocalFsAdapter({ root }), JSON.parse(job))));
