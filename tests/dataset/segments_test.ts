import { assertEquals, assertGreater } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import type { FaultyOptions } from "../../src/testing/faulty/options.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { playAll, tally, versionsOver } from "../helpers/play.ts";

const SEEDS = 20;

const DAYS: Readonly<Record<string, FaultyOptions>> = {
  bad: { lostRequest: 0.05, lostAnswer: 0.1, lateRequest: 0.05, doubledRequest: 0.05 },
  worst: { lostRequest: 0.25, lostAnswer: 0.25, lateRequest: 0.15, doubledRequest: 0.1 },
  replayed: { replayedRequest: 0.15, lostRequest: 0.05, lateRequest: 0.1, lateBy: 40 },
};

const STORES: Readonly<Record<string, () => StorageAdapter>> = {
  "appends": () => new MemoryAdapter(),
  "swaps": () => new MemoryAdapter({ capabilities: { append: "none", versions: "content" } }),
  "only writes and lists": () =>
    new MemoryAdapter({ capabilities: { append: "none", create: "none", swap: "none" } }),
};

for (const [store, makeBase] of Object.entries(STORES)) {
  for (const [day, faults] of Object.entries(DAYS)) {
    Deno.test(`segments keep every row once on the ${day} day, on a store that ${store}`, async () => {
      const plays = await playAll(SEEDS, (seed) => ({
        base: makeBase(),
        faults,
        seed,
        times: seed % 2 === 0 ? 10 : 2,
        // A group that a writer gave up may or may not be counted.
        counts: false,
        // A replayed append is found by its bytes.
        log: (storage, times) =>
          versionsOver(storage, times, { segments: true, uniqueRows: day === "replayed" }),
      }));
      assertGreater(tally(plays, (one) => typeof one === "object"), SEEDS * 50);
      assertGreater(plays.reduce((sum, { faults }) => sum + faults, 0), SEEDS * 5);
    });
  }

  Deno.test(`CSVLogger writes one segment per logger, on a store that ${store}`, async () => {
    const storage = makeBase();
    const loggers = [1, 2, 3].map(() => new CSVLogger({ storage, segments: true, verbose: false }));
    for (const [i, logger] of loggers.entries()) {
      await logger.setup(["text"], "flagged");
      for (let n = 1; n <= 5; n++) assertEquals(await logger.flag([`${i} ${n}`], "wrong"), n);
    }
    assertEquals(new Set(loggers.map(({ datasetFile }) => datasetFile)).size, 3);
    const rows = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
    assertEquals(rows.map(({ text }) => text).sort(), [
      ...[0, 1, 2].flatMap((i) => [1, 2, 3, 4, 5].map((n) => `${i} ${n}`)),
    ]);
  });
}
