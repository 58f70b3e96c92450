import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { Clock } from "../../src/dataset/timestamp.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { readDataset } from "../../src/reader/mod.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Returns the timestamps of samples that are flagged at these times of the system clock. */
async function stampsAt(times: readonly number[]): Promise<string[]> {
  const storage = new MemoryAdapter();
  let at = 0;
  await using logger = new CSVLogger({ storage, verbose: false, now: () => times[at++]! });
  await logger.setup(["q"], "");
  for (const [i] of times.entries()) await logger.flag([i]);
  if (times.length === 0) return [];
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  return rows.map(({ timestamp }) => timestamp!);
}

function timeOf(stamp: string): number {
  return Date.parse(`${stamp.replace(" ", "T")}Z`);
}

Deno.test("timestamps follow the clock again after it was wrong for a moment", async () => {
  const times = [
    ...[Date.UTC(2026, 0, 1), Date.UTC(2038, 0, 1), Date.UTC(2038, 0, 1, 0, 10)],
    ...[Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 2) + 5, Date.UTC(2026, 5, 1)],
  ];
  assertEquals((await stampsAt(times)).map(timeOf), times);
  const wrongAtFirst = times.slice(1);
  assertEquals((await stampsAt(wrongAtFirst)).map(timeOf), wrongAtFirst);
});

Deno.test("timestamps increase while the clock is set back by less than a minute", async () => {
  const start = Date.UTC(2026, 0, 1);
  const stamps = await stampsAt([start, start - 59 * SECOND, start - 1, start, start + 1]);
  assertEquals(stamps, stamps.toSorted());
  assertEquals(new Set(stamps).size, stamps.length);
});

Deno.test("no two timestamps of a process are equal, however the clock leaps", async () => {
  const leap = fc.constantFrom(
    0,
    0,
    0,
    1,
    SECOND,
    2 * MINUTE,
    -2 * MINUTE,
    60 * MINUTE,
    -60 * MINUTE,
  );
  await fc.assert(fc.asyncProperty(fc.array(leap, { maxLength: 200 }), async (leaps) => {
    let now = Date.UTC(2026, 0, 1);
    const stamps = await stampsAt(leaps.map((step) => now += step));
    assertEquals(new Set(stamps).size, stamps.length);
  }));
});

Deno.test("a timestamp takes as long after 50 000 leaps of the clock as before", () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = new Clock(() => now);
  const timed = (leaps: number): number => {
    const start = performance.now();
    for (let i = 0; i < leaps; i++) {
      now += i % 2 === 0 ? 60 * MINUTE : -59 * MINUTE;
      clock.next();
    }
    return performance.now() - start;
  };
  timed(1000); // compiles it
  const first = timed(5000);
  timed(40_000);
  assertLess(timed(5000), 5 * first + 50);
});
