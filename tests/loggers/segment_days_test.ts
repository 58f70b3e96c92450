import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { segmentStart } from "../../src/dataset/log/part_keys.ts";
import type { CSVLogger, CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { flagId, idsIn, loggerWithIds } from "../helpers/sample_ids.ts";
import { instead } from "../helpers/stores.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 31, 12);

const NOTHING = { append: "none", create: "none", swap: "none", versions: "content" } as const;
const STORES: Readonly<Record<string, () => StorageAdapter>> = {
  append: () => new MemoryAdapter(),
  rewrite: () => new MemoryAdapter({ capabilities: { append: "none", versions: "content" } }),
  "write-once": () => new MemoryAdapter({ capabilities: NOTHING }),
  "write-once, without metadata": () =>
    new MemoryAdapter({ capabilities: { ...NOTHING, metadata: false } }),
};

/** A clock that stands still until it is set. */
class SetClock {
  time: number = START;
  readonly now = (): number => this.time;
  pass(hours: number): void {
    this.time += hours * HOUR;
  }
}

function daily(
  storage: StorageAdapter,
  { now }: SetClock,
  options: CSVLoggerOptions = {},
): Promise<CSVLogger> {
  const retry = { times: 1, delayMs: 1 };
  return loggerWithIds(storage, { segments: true, maxPartBytes: 120, retry, now, ...options });
}

/** The segments of a storage in the order of their keys, without their parts. */
async function segmentsOf(storage: StorageAdapter): Promise<string[]> {
  const keys = await keysOf(storage, "dataset1.w");
  return [...new Set(keys.map((key) => key.replace(/(w[0-9a-f]{20})\.\d+/, "$1")))];
}

/** A store whose next mutations get no answer, and are applied or not. */
function losing(base: StorageAdapter) {
  const state = { isDown: false, isApplied: false };
  const send = async <T>(apply: () => Promise<T>): Promise<T> => {
    if (!state.isDown) return await apply();
    // A refusal is lost as well.
    if (state.isApplied) await apply().catch(() => {});
    const lost = { code: "Unavailable", adapter: "memory", outcome: "unknown" } as const;
    throw new StorageError("lost", lost);
  };
  const storage = instead(base, {
    write: (key, body, options) => send(() => base.write(key, body, options)),
    ...(base.append && {
      append: (key, bytes, options) => send(() => base.append!(key, bytes, options)),
    }),
  });
  return { storage, state };
}

Deno.test("segments are named by the time when they begin, so that they sort by it", async () => {
  const storage = new MemoryAdapter();
  const clock = new SetClock();
  const expected: [string, number][] = [];
  for (let i = 0; i < 12; i++) {
    await using logger = await daily(storage, clock);
    await flagId(logger, `${i}`);
    assertMatch(logger.datasetFile!, /^dataset1\.w[0-9a-f]{20}\.csv$/);
    expected.push([logger.datasetFile!, clock.time]);
    clock.time += 10 ** i;
  }
  const keys = await keysOf(storage, "dataset1.w");
  assertEquals(keys.map((key) => [key, segmentStart(key)]), expected);
  assertEquals(await idsIn(storage), expected.map((_, i) => `${i}`));
});

Deno.test("segmentStart() tells the names of earlier versions apart", () => {
  assertEquals(segmentStart("w0123456789ab"), null);
  assertEquals(segmentStart("flagged/dataset1.w0123456789ab.csv"), null);
  assertEquals(segmentStart("flagged/dataset1.w0123456789ab.12345678.csv"), null);
  assertEquals(segmentStart("flagged/dataset1.csv"), null);
  assertEquals(segmentStart("flagged/dataset1.2.csv"), null);
  for (const key of ["w000000000102deadbeef", "a/log.w000000000102deadbeef"]) {
    for (const rest of ["", ".csv", ".3.csv"]) assertEquals(segmentStart(key + rest), 258);
  }
});

Deno.test("readDataset() and loggers find segments with names of earlier versions", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const header = "a,id,timestamp\r\n";
  const put = (key: string, id: string) =>
    storage.write(key, new TextEncoder().encode(`${header}${id},${id},2026-01-01 00:00:00.000000`));
  await put("dataset2.w0123456789ab.csv", "old");
  await put("dataset2.w0123456789ab.2.csv", "old part 2");
  await using logger = await loggerWithIds(storage, { segments: true });
  assertEquals(await flagId(logger, "new"), 1);
  assertEquals(segmentStart(logger.datasetFile!) !== null, true);
  assertMatch(logger.datasetFile!, /^dataset2\./);
  const rows = await Array.fromAsync(readDataset(storage, "dataset2.csv"));
  assertEquals(rows.map(({ id }) => id).sort(), ["new", "old", "old part 2"]);
});

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger begins a new segment after 24 hours, and counts on, ${name}`, async () => {
    const storage = make();
    const clock = new SetClock();
    const files: string[] = [];
    const notices: string[] = [];
    const onNotice = (notice: string) => void notices.push(notice);
    await using logger = await daily(storage, clock, { onNotice });
    for (let i = 0; i < 12; i++) {
      const [id, other] = [`${i}`, `${i}, too`];
      assertEquals(await Promise.all([flagId(logger, id), flagId(logger, other)]), [
        2 * i + 1,
        2 * i + 2,
      ]);
      files.push(logger.datasetFile!);
      // Ids of earlier segments are known.
      for (const known of ["0", id]) assertEquals(await flagId(logger, known), 2 * i + 2);
      clock.pass(8);
    }
    const expected = [0, 24, 48, 72].map((hours) => START + hours * HOUR);
    assertEquals([...new Set(files)].map(segmentStart), expected);
    assertEquals((await segmentsOf(storage)).map(segmentStart), expected);
    const made = notices.filter((notice) => notice.startsWith("Created dataset file"));
    assertEquals(made.length, expected.length, notices.join("\n"));
    const ids = Array.from({ length: 12 }, (_, i) => [`${i}`, `${i}, too`]).flat();
    assertEquals(await idsIn(storage), ids);
    for (const key of await keysOf(storage)) {
      assertEquals((await textOf(storage, key)).split("\r\n")[0], "a,id,timestamp", key);
    }
  });

  Deno.test(`CSVLogger begins a new segment if its clock is set back by a day, ${name}`, async () => {
    const storage = make();
    const clock = new SetClock();
    clock.pass(1000); // wrong at its start
    await using logger = await daily(storage, clock);
    await flagId(logger, "1");
    clock.pass(-1000);
    assertEquals(await flagId(logger, "2"), 2);
    assertEquals(segmentStart(logger.datasetFile!), START);
  });

  Deno.test(`CSVLogger with sampleId stores a sample again if its earlier segment was removed, ${name}`, async () => {
    const storage = make();
    const clock = new SetClock();
    await using logger = await daily(storage, clock);
    for (const id of ["1", "2"]) await flagId(logger, id);
    clock.pass(30);
    await flagId(logger, "3");
    const [first] = await segmentsOf(storage);
    for (const key of await keysOf(storage, first!.replace(/csv$/, ""))) await storage.delete(key);
    for (const id of ["3", "1", "1", "3", "4"]) await flagId(logger, id);
    assertEquals((await idsIn(storage)).filter((id) => id !== "2"), ["3", "1", "4"]);
  });

  for (const landed of [true, false]) {
    const what = landed ? "landed" : "was lost";
    for (const hours of [1, 12, 100]) {
      Deno.test(`CSVLogger counts a sample once that ${what} without an answer ${hours} hours before the next segment, ${name}`, async () => {
        const base = make();
        const { storage, state } = losing(base);
        const clock = new SetClock();
        await using logger = await daily(storage, clock);
        await flagId(logger, "1");
        clock.pass(23.9);
        Object.assign(state, { isDown: true, isApplied: landed });
        await assertRejects(() => flagId(logger, "2"), StorageError);
        state.isDown = false;
        clock.pass(hours);
        // The store may still have the first of the two requests under way.
        const isOpen = 23.9 + hours < 36;
        const counts = [];
        for (const id of ["2", "3", "2", "1"]) counts.push(await flagId(logger, id));
        assertEquals(counts, [2, 3, 3, 3]);
        assertEquals((await idsIn(base)).sort(), ["1", "2", "3"]);
        const [first = "", second] = await segmentsOf(base);
        const text = await textsOf(base, first);
        assertEquals(text.includes("\n2,2,"), landed || isOpen);
        assert(!text.includes("\n3,"), second);
      });
    }
  }

  Deno.test(`CSVLogger writes to no segment that is older than 36 hours, ${name}`, async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomFrom(seed);
      const base = make();
      const clock = new SetClock();
      const ages: number[] = [];
      const note = (key: string): void => {
        const start = segmentStart(key);
        if (start !== null) ages.push((clock.time - start) / HOUR);
      };
      const watched = instead(base, {
        write: (key, body, options) => (note(key), base.write(key, body, options)),
        ...(base.append && {
          append: (key, bytes, options) => (note(key), base.append!(key, bytes, options)),
        }),
      });
      const { storage, state } = losing(watched);
      await using logger = await daily(storage, clock);
      const stored = new Set(["0"]);
      await flagId(logger, "0");
      for (let i = 0; i < 60; i++) {
        clock.pass(random() * (below(random, 4) === 0 ? 60 : 5));
        Object.assign(state, { isDown: below(random, 4) === 0, isApplied: random() < 0.5 });
        const id = `${below(random, 20)}`;
        await flagId(logger, id).then(() => stored.add(id), () => {});
      }
      state.isDown = false;
      for (const id of stored) await flagId(logger, id);
      const ids = await idsIn(base);
      assertEquals(new Set(ids).size, ids.length, `doubled, seed ${seed}: ${ids}`);
      assertEquals([...stored].filter((id) => !ids.includes(id)), [], `lost, seed ${seed}`);
      assert(Math.max(...ages) < 36, `seed ${seed}: ${Math.max(...ages)} hours`);
    }
  });
}

/** The texts of a segment's parts. */
async function textsOf(storage: StorageAdapter, segment: string): Promise<string> {
  const keys = await keysOf(storage, segment.replace(/csv$/, ""));
  return (await Promise.all(keys.map((key) => textOf(storage, key)))).join("");
}
