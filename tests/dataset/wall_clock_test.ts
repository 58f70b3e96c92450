import { assert, assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readRecords } from "../../src/reader/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { retrying } from "../../src/storage/wrappers/retrying.ts";
import { failing } from "../helpers/failing_adapter.ts";
import { within } from "../helpers/within.ts";

const HOUR_MS = 3_600_000;
const LONG_MS = 5000; // far more than the budgets of these tests
const REPEATS = 18; // far more than fit into the budgets, and few enough for a failed test to end

/** Shifts the wall clock by `stepMs` more each time it is read, until it is disposed. */
function jumpingClock(stepMs: number): Disposable {
  const now = Date.now;
  let shift = 0;
  Date.now = () => now() + (shift += stepMs);
  return { [Symbol.dispose]: () => void (Date.now = now) };
}

function loggerOver(storage: StorageAdapter, times: number, budgetMs: number): CSVLogger {
  return new CSVLogger({ storage, verbose: false, retry: { times, delayMs: 1, budgetMs } });
}

Deno.test("flag() is retried within its budget when the wall clock jumps forward", async () => {
  using _clock = jumpingClock(HOUR_MS);
  const storage = failing([["Unavailable", "not-applied"], ["Unavailable", "not-applied"]]);
  await using logger = loggerOver(storage, 10, 60_000);
  await logger.setup(["text"]);
  assertEquals(await logger.flag(["a"]), 1);
  const rows = await Array.fromAsync(readRecords(storage.memory, "flagged/dataset1.csv"));
  assertEquals(rows.length, 2);
});

Deno.test("flag() rejects after its budget when the wall clock goes back", async () => {
  using _clock = jumpingClock(-HOUR_MS);
  await using logger = loggerOver(failing([["Unavailable", "not-applied"]], true), REPEATS, 50);
  await logger.setup(["text"]);
  await assertRejects(() => within(LONG_MS, logger.flag(["a"]), "flag()"), StorageError);
});

Deno.test("retrying() repeats within its budget when the wall clock jumps forward", async () => {
  using _clock = jumpingClock(HOUR_MS);
  const storage = retrying(failing([["Unavailable"], ["Unavailable"]]), { delayMs: 1 });
  assertEquals(await storage.stat("a"), null);
});

Deno.test("retrying() rejects after its budget when the wall clock goes back", async () => {
  using _clock = jumpingClock(-HOUR_MS);
  const inner = failing([["Unavailable"]], true);
  const storage = retrying(inner, { times: REPEATS, delayMs: 1, budgetMs: 50 });
  await assertRejects(() => within(LONG_MS, storage.stat("a"), "stat()"), StorageError);
  assert(inner.calls() > 1); // it was repeated at all
});
