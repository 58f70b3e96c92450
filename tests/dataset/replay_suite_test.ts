import { assertEquals, assertGreater } from "@std/assert";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { MemoryAdapter, type MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import type { FaultyOptions } from "../../src/testing/faulty/options.ts";
import { textOf } from "../helpers/dataset_check.ts";
import { playAll, tally, versionsOver } from "../helpers/play.ts";
import { within } from "../helpers/within.ts";

// A longer run raises this.
const SEEDS = 20;

const PATIENCE_MS = 20_000;
const REPLAYS: FaultyOptions = { replayedRequest: 0.2 };
const REPLAYS_ON_A_BAD_DAY: FaultyOptions = {
  replayedRequest: 0.15,
  lostRequest: 0.05,
  lostAnswer: 0.1,
  lateRequest: 0.1,
  lateBy: 40,
  doubledRequest: 0.05,
  lostRead: 0.05,
};

const REWRITE: Readonly<Record<string, MemoryAdapterOptions>> = {
  "rewrite, versions by content": { capabilities: { append: "none", versions: "content" } },
  "rewrite, unique versions": { capabilities: { append: "none" } },
};
const ALL: Readonly<Record<string, MemoryAdapterOptions>> = {
  ...REWRITE,
  "append, unique versions": {},
  "append, versions by content": { capabilities: { versions: "content" } },
};

async function playOver(
  options: MemoryAdapterOptions,
  faults: FaultyOptions,
  uniqueRows: boolean,
): Promise<void> {
  const plays = await playAll(SEEDS, (seed) => ({
    base: new MemoryAdapter(options),
    faults,
    seed,
    log: (storage, times) => versionsOver(storage, times, { uniqueRows }),
  }));
  assertGreater(plays.reduce((sum, { faults }) => sum + faults, 0), SEEDS * 5);
  const acknowledged = tally(plays, (one) => typeof one === "object");
  assertGreater(acknowledged / tally(plays, () => true), 0.8);
}

for (
  const [name, faults] of Object.entries({ replays: REPLAYS, "a bad day": REPLAYS_ON_A_BAD_DAY })
) {
  for (const [mode, options] of Object.entries(ALL)) {
    Deno.test(`rows with an identity are kept once when requests are replayed, ${name}, ${mode}`, async () => {
      await playOver(options, faults, true);
    });
  }
  for (const [mode, options] of Object.entries(REWRITE)) {
    Deno.test(`rows without an identity are kept once when requests are replayed, ${name}, ${mode}`, async () => {
      await playOver(options, faults, false);
    });
  }
}

for (const [mode, options] of Object.entries(REWRITE)) {
  Deno.test(`SimpleCSVLogger keeps equal rows of several loggers once each when requests are replayed, ${mode}`, async () => {
    const base = new MemoryAdapter(options);
    const [writers, rows] = [4, 30];
    const flags = Array.from({ length: writers }, async (_, seed) => {
      const storage = faulty(base, { ...REPLAYS_ON_A_BAD_DAY, seed });
      const retry = { times: 20, delayMs: 1 };
      await using logger = new SimpleCSVLogger({ storage, retry });
      await logger.setup(["answer"], "");
      for (let i = 0; i < rows; i++) await logger.flag(["yes"]);
      await storage.settle();
      assertGreater(storage.injected.replayedRequests, 1);
    });
    await within(PATIENCE_MS, Promise.all(flags), "loggers");
    assertEquals(await textOf(base, "log.csv"), "yes\r\n".repeat(writers * rows));
  });
}
