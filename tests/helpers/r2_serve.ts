// deno-lint-ignore-file no-console -- a script that reports to the test that started it
// Serves R2 buckets, kept in memory, by their S3 endpoint, whose URL it prints. Ends with its input.
// deno-lint-ignore no-import-prefix -- large, and of this test alone: in deno.json every task would load it
import { Miniflare } from "npm:miniflare@4.20260730.0";

const [count = "1"] = Deno.args;
const s3Credentials = { accessKeyId: "testkey", secretAccessKey: "testsecret" };
const buckets = Array.from({ length: Number(count) }, (_, i) => `bucket-${i}`);

const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  modules: true,
  compatibilityDate: "2026-01-01",
  script: "export default { fetch: () => new Response() }",
  cf: false, // otherwise it asks the network for this machine's place
  r2Persist: false,
  r2Buckets: Object.fromEntries(
    buckets.map((id, i) => [`BUCKET_${i}`, { id, s3Credentials }]),
  ),
});
const url = await miniflare.ready;
console.log(`${url}cdn-cgi/local/r2/s3`);
for await (const _ of Deno.stdin.readable);
await miniflare.dispose();
Deno.exit();
