import { assertEquals } from "@std/assert";
import { R2Adapter, type R2BucketLike } from "../../../src/storage/r2/mod.ts";
import type { ProbeReport } from "../../../src/storage/probe/mod.ts";
import { behaviours } from "../../../src/testing/mod.ts";
import { fetchAlone } from "../../helpers/fetch_alone.ts";
import { TestWorker } from "../../helpers/worker.ts";

const WORKER = new URL("../../helpers/r2_suite_worker.ts", import.meta.url);

const buckets = behaviours.map((_, i) => `BUCKET_${i}`);
// In workerd itself, as Deno reaches the binding only through a slow proxy.
const worker = await TestWorker.start(WORKER, { buckets: ["LOG", "PROBE", ...buckets] });
Deno.test.afterAll(() => worker[Symbol.asyncDispose]());

/** The worker's store can be used in each of these ways. */
const unused = () => {
  throw new Error("The worker uses its own");
};
const WAYS = { silence: unused, below: unused };

/** Returns the worker's answer to a path; throws its error. */
async function ask(path: string): Promise<unknown> {
  const response = await fetchAlone(new URL(path, worker.url));
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

Deno.test("R2Adapter keeps the contract in a Worker", async (t) => {
  const { capabilities } = new R2Adapter({} as R2BucketLike);
  for (const [i, { number, name, when }] of behaviours.entries()) {
    if (when?.(capabilities, WAYS) === false) continue;
    await t.step(`${number}. ${name}`, async () => void await ask(`/${i}`));
  }
});

Deno.test("probe() finds nothing wrong in a bucket of R2", async () => {
  const { checks } = await ask("/probe") as ProbeReport;
  assertEquals(checks.map(({ name }) => name), ["write, read, list", "race to create", "swap"]);
});

Deno.test("CSVLogger on R2Adapter keeps every sample of several loggers exactly once", async () => {
  const { keys, rows } = await ask("/log") as { keys: string[]; rows: Record<string, string>[] };
  assertEquals(keys, ["flagged/dataset1.csv", "flagged/flagstone-check"]);
  const numbers = rows.map(({ n }) => Number(n)).sort((a, b) => a - b);
  assertEquals(numbers, Array.from({ length: 100 }, (_, n) => n));
  assertEquals([...new Set(rows.map(({ text }) => text))], ['a "b",\r\n=c']);
});
