// deno-lint-ignore-file no-console -- a script that reports to the test that started it
// Runs one racing job of the conformance suite on a bucket, in a separate process.
import { S3Adapter } from "@flagstone/flagging/s3";
import { runRacer } from "@flagstone/flagging/testing";

const [options = "", job = ""] = Deno.args;
console.log(JSON.stringify(await runRacer(new S3Adapter(JSON.parse(options)), JSON.parse(job))));
