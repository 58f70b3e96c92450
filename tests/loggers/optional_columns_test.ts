import { assert, assertEquals } from "@std/assert";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { DatasetLogger } from "../../src/loggers/dataset_logger.ts";
import { value } from "../../src/components/value.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { randomFrom } from "../../src/testing/random.ts";
import { keysOf } from "../helpers/dataset_check.ts";
import { STORES } from "../helpers/stores.ts";

const SAMPLES = 60;
const SEEDS = 20;

async function loggerOver(storage: StorageAdapter, options = {}): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, ...options });
  await logger.setup(["a"], "");
  return logger;
}

/** Reads all files: the samples by their value, with the optional texts that are there. */
async function samplesIn(storage: StorageAdapter): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of await keysOf(storage)) {
    for await (const { a, timestamp: _, id: _id, ...rest } of readDataset(storage, key)) {
      const texts = Object.entries(rest).filter(([, text]) => text !== "");
      found.set(a!, texts.map(([name, text]) => `${name}=${text}`).sort().join());
    }
  }
  return found;
}

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger creates at most three files, whatever options and usernames samples have, ${name}`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      await using store = make();
      const { storage } = store;
      const random = randomFrom(seed);
      const pick = () => random() < 0.5 ? "x" : random() < 0.5 ? null : undefined;
      const loggers = [await loggerOver(storage), await loggerOver(store.again())];
      const expected = new Map<string, string>();
      for (let i = 0; i < SAMPLES; i++) {
        const [flag, username] = [pick(), pick()];
        const which = Math.floor(random() * loggers.length);
        if (random() < 0.1) loggers[which] = await loggerOver(store.again()); // a restart
        await loggers[which]!.flag([`${i}`], flag, username);
        expected.set(`${i}`, [flag && "flag=x", username && "username=x"].filter(Boolean).join());
      }
      const keys = await keysOf(storage);
      assert(keys.length <= 3, `seed ${seed}: ${keys}`);
      assertEquals(await samplesIn(storage), expected);
    }
  });
}

Deno.test("CSVLogger keeps the optional columns although other components came between", async () => {
  const storage = new MemoryAdapter();
  await using one = await loggerOver(storage);
  await one.flag(["1"], "wrong");
  await using other = new CSVLogger({ storage, verbose: false });
  await other.setup(["b"], "");
  await other.flag(["2"]);
  await one.flag(["3"], null, "ada");
  await one.flag(["4"], "wrong");
  assertEquals(await keysOf(storage), ["dataset1.csv", "dataset2.csv", "dataset3.csv"]);
  assertEquals(one.datasetFile, "dataset3.csv");
  await using wider = new CSVLogger({ storage, verbose: false });
  await wider.setup(["a", "b"], ""); // its components differ: it needs no option
  await wider.flag(["5", "6"]);
  const [row] = await Array.fromAsync(readDataset(storage, wider.datasetFile!));
  assertEquals(Object.keys(row!), ["a", "b", "timestamp"]);
});

Deno.test("CSVLogger with labels of the optional columns does not take them for these", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["flag", "username", "timestamp"], "");
  const data = ["1", "2", "3"];
  for (let i = 0; i < 4; i++) {
    await logger.flag(data, "x");
    await logger.flag(data, null, "y");
    await logger.flag(data);
  }
  assertEquals((await keysOf(storage)).length, 2);
});

/** A logger whose samples have different extras. */
class Extras extends DatasetLogger<[], [extras: Record<string, string | null>]> {
  constructor(storage: StorageAdapter) {
    super({ storage }, { fileName: undefined, header: true, simplifyFileData: true });
  }
  setup(): Promise<void> {
    this.open(["a"], "");
    return Promise.resolve();
  }
  flag(extras: Record<string, string | null>): Promise<number> {
    return this.keep(["1"], extras);
  }
}

Deno.test("A subclass of DatasetLogger creates no file per sample if its extras come and go", async () => {
  const storage = new MemoryAdapter();
  await using logger = new Extras(storage);
  await logger.setup();
  const samples: Record<string, string | null>[] = [
    { x: "1" },
    { y: "2" },
    { y: "3", x: "4" },
    { x: "5", y: null },
    {},
    { y: "6" },
  ];
  for (let i = 0; i < 5; i++) for (const sample of samples) await logger.flag(sample);
  assertEquals(await keysOf(storage), ["dataset1.csv", "dataset2.csv"]);
  const rows = await Array.fromAsync(readDataset(storage, "dataset2.csv"));
  assertEquals(rows.slice(0, 5).map(({ x, y }) => `${x} ${y}`), [" 2", "4 3", "5 ", " ", " 6"]);
});

Deno.test("createLogger() always has both optional columns", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ a: value() }, { storage, flaggingDir: "" });
  for (const options of [{}, { flag: "x" }, { username: "y" }]) {
    await logger.flag({ a: 1 }, options);
  }
  assertEquals(await keysOf(storage), ["dataset1.csv"]);
});
