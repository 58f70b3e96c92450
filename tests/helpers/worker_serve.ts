// deno-lint-ignore-file no-console -- a script that reports to the test that started it
// Serves a Worker: worker_serve.ts MODULE BUCKET...; prints its URL. Ends when stdin closes.
import { TestWorker } from "./worker.ts";

const [module = "", ...buckets] = Deno.args;
const worker = await TestWorker.start(new URL(module), { buckets });
console.log(String(worker.url));
for await (const _ of Deno.stdin.readable);
await worker[Symbol.asyncDispose]();
Deno.exit();
