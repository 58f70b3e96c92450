// deno-lint-ignore-file no-import-prefix -- only this test needs the reader
import { assertEquals } from "@std/assert";
import { parquetReadObjects } from "npm:hyparquet@^1.31.5";
import { TestWorker } from "../helpers/worker.ts";

const ROWS = 3000;

// The server's resources are not of a test.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("exports run in workerd, on R2", options, async () => {
  const module = new URL("_export_worker.ts", import.meta.url);
  await using worker = await TestWorker.start(module, { buckets: ["BUCKET"] });
  const ask = (path: string) => fetch(new URL(path, worker.url));
  await (await ask("/flag")).body?.cancel();
  const lines = (await (await ask("/jsonl")).text()).trim().split("\n");
  assertEquals(lines.length, ROWS);
  const { answer, seed } = JSON.parse(lines[41]!);
  assertEquals(answer, `=${Number(seed) + 1}`);
  const pairs = (await (await ask("/kto")).text()).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(pairs.every(({ label }) => label === true), true);
  const parquet = await (await ask("/parquet")).arrayBuffer();
  const rows = await parquetReadObjects({ file: parquet });
  assertEquals(rows.length, ROWS);
  assertEquals(rows.every((row) => row.answer === `=${Number(row.seed) + 1}`), true);
});
