import { assertEquals } from "@std/assert";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const PART = { maxPartBytes: 80 };

const rewriting = (metadata = true) =>
  new MemoryAdapter({ capabilities: { append: "none", versions: "content", metadata } });

async function loggerOver(
  storage: StorageAdapter,
  options: CSVLoggerOptions = {},
): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, ...PART, ...options });
  await logger.setup(["a"], "");
  return logger;
}

async function textsIn(storage: StorageAdapter, key = "dataset1.csv"): Promise<string[]> {
  return (await Array.fromAsync(readDataset(storage, key))).map(({ a }) => a!);
}

const put = async (storage: StorageAdapter, from: string, to: string, keepMetadata = false) => {
  const { metadata } = (await storage.stat(from))!;
  const bytes = new TextEncoder().encode(await textOf(storage, from));
  await storage.write(to, bytes, keepMetadata ? { metadata } : {});
};

const numberOf = (key: string): number => Number(/\.(\d+)\.csv$/.exec(key)?.[1] ?? 1);

Deno.test("CSVLogger goes on after the highest part, and counts on, when others were removed", async () => {
  const removed: Readonly<Record<string, (part: number, latest: number) => boolean>> = {
    "the first": (part) => part === 1,
    "the oldest": (part) => part <= 4,
    "all but the latest": (part, latest) => part < latest,
    "some in the middle": (part) => part === 2 || part === 3,
  };
  for (const [what, isRemoved] of Object.entries(removed)) {
    for (const sampleId of [false, true]) {
      const storage = rewriting();
      await using logger = await loggerOver(storage, { sampleId });
      for (let i = 1; i <= 14; i++) assertEquals(await logger.flag([`${i}`]), i);
      const keys = (await keysOf(storage)).sort((a, b) => numberOf(a) - numberOf(b));
      const left: string[] = [];
      for (const key of keys) {
        if (isRemoved(numberOf(key), keys.length)) await storage.delete(key);
        else left.push(...(await textOf(storage, key)).match(/^\d+(?=,)/gm)!);
      }
      for (let i = 15; i <= 20; i++) {
        // In turns the running logger, and one that was restarted.
        await using again = await loggerOver(storage, { sampleId });
        assertEquals(await (i % 2 === 1 ? logger : again).flag([`${i}`]), i, what);
      }
      const added = ["15", "16", "17", "18", "19", "20"];
      assertEquals(await textsIn(storage), [...left, ...added], what);
    }
  }
});

Deno.test("CSVLogger goes on after the highest part on a store without metadata", async () => {
  const storage = rewriting(false);
  {
    await using logger = await loggerOver(storage);
    for (let i = 1; i <= 10; i++) await logger.flag([`${i}`]);
  }
  const latest = Math.max(...(await keysOf(storage)).map(numberOf));
  for (const key of await keysOf(storage)) {
    if (numberOf(key) < latest - 1) await storage.delete(key);
  }
  const left = await textsIn(storage);
  await using logger = await loggerOver(storage);
  assertEquals(await logger.flag(["new"]), left.length + 1);
  assertEquals(await textsIn(storage), [...left, "new"]);
});

Deno.test("CSVLogger loggers with other part sizes count on, and save each id once", async () => {
  const storage = rewriting();
  const small = await loggerOver(storage, { sampleId: true });
  const large = await loggerOver(storage, { sampleId: true, maxPartBytes: 300 });
  const flag = (logger: CSVLogger, id: number) =>
    logger.flag([`${id}`], null, null, { id: `${id}` });
  for (let i = 1; i <= 40; i++) {
    const [first, second] = i % 3 === 0 ? [large, small] : [small, large];
    assertEquals([await flag(first, i), await flag(second, i)], [i, i]);
  }
  assertEquals(await textsIn(storage), Array.from({ length: 40 }, (_, i) => `${i + 1}`));
});

Deno.test("CSVLogger adds nothing to a file of another logger that has the name of a part", async () => {
  for (const isFirst of [true, false]) {
    const storage = rewriting();
    const one = await loggerOver(storage, { datasetFileName: "feedback.csv" });
    const two = await loggerOver(storage, { datasetFileName: "feedback.2.csv" });
    if (isFirst) await two.flag(["two"]);
    for (let i = 1; i <= 8; i++) assertEquals(await one.flag([`${i}`]), i);
    if (!isFirst) await two.flag(["two"]);
    const again = await loggerOver(storage, { datasetFileName: "feedback.csv" });
    assertEquals(await again.flag(["9"]), 9);
    const expected = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    assertEquals(await textsIn(storage, "feedback.csv"), expected);
    assertEquals(await textsIn(storage, two.datasetFile!), ["two"]);
  }
});

Deno.test("readDataset() reads no copy of a dataset that a person made next to it", async (t) => {
  await t.step("on the disk", async () => {
    await using dir = new TempDir();
    const storage = new LocalFsAdapter({ root: dir.path });
    await using logger = await loggerOver(storage);
    await logger.flag(["1"]);
    for (const copy of ["dataset1.2.csv", "dataset1.20240131.csv"]) {
      await put(storage, "dataset1.csv", copy);
    }
    assertEquals(await textsIn(storage), ["1"]);
    assertEquals(await logger.flag(["2"]), 2);
    assertEquals(await textsIn(storage), ["1", "2"]);
  });
  await t.step("in a bucket, by a tool that keeps metadata", async () => {
    const storage = rewriting();
    await using logger = await loggerOver(storage, { maxPartBytes: 1000 });
    await logger.flag(["1"]);
    for (const copy of ["dataset1.2.csv", "dataset1.20240131.csv"]) {
      await put(storage, "dataset1.csv", copy, true);
    }
    await using again = await loggerOver(storage, { maxPartBytes: 1000 });
    assertEquals(await again.flag(["2"]), 2);
    assertEquals(await textsIn(storage), ["1", "2"]);
  });
  await t.step("but the parts of a dataset that was downloaded", async () => {
    const bucket = rewriting();
    await using logger = await loggerOver(bucket);
    for (let i = 1; i <= 9; i++) await logger.flag([`${i}`]);
    await using dir = new TempDir();
    const disk = new LocalFsAdapter({ root: dir.path });
    for (const key of await keysOf(bucket)) {
      await disk.write(key, new TextEncoder().encode(await textOf(bucket, key)));
    }
    const all = Array.from({ length: 9 }, (_, i) => `${i + 1}`);
    assertEquals(await textsIn(disk), all);
    await disk.delete("dataset1.csv");
    assertEquals((await textsIn(disk)).at(-1), "9");
  });
});
