import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { flagId, idsIn, loggerWithIds } from "../helpers/sample_ids.ts";
import { STORES } from "../helpers/stores.ts";
import { within } from "../helpers/within.ts";

const RACES = 20;
const RETRIED = 15;
const PATIENCE_MS = 20_000;
const PART = { maxPartBytes: 200 };

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger with sampleId has the id column before the timestamp, ${name}`, async () => {
    await using store = make();
    await using logger = await loggerWithIds(store.storage);
    await logger.flag(["x"], "wrong", "ada");
    const [header, row] = (await textOf(store.storage, "dataset1.csv")).split("\r\n");
    assertEquals(header, "a,flag,username,id,timestamp");
    assertMatch(row!, /^x,wrong,ada,[0-9A-HJKMNP-TV-Z]{26},/);
  });

  Deno.test(`CSVLogger with sampleId counts a sample once, ${name}`, async (t) => {
    await using store = make();
    const { storage } = store;
    await using logger = await loggerWithIds(storage, PART);
    await t.step("that stands in one batch twice", async () => {
      const flags = ["1", "2", "1", "1", "3", "2"].map((id) => flagId(logger, id));
      const counts = await within(PATIENCE_MS, Promise.all(flags), "the batch");
      assertEquals(counts.map((count) => count >= 1 && count <= 3), Array(6).fill(true));
      assertEquals(await idsIn(storage), ["1", "2", "3"]);
    });
    await t.step("that comes again later", async () => {
      assertEquals([await flagId(logger, "2"), await flagId(logger, "4")], [3, 4]);
      assertEquals(await flagId(logger, "1", "with another text"), 4);
    });
    await t.step("that comes again after parts were begun", async () => {
      for (let i = 5; i <= 20; i++) assertEquals(await flagId(logger, `${i}`), i);
      for (const id of ["1", "4", "11", "20"]) assertEquals(await flagId(logger, id), 20, id);
    });
    await t.step("that comes again after a restart", async () => {
      await using again = await loggerWithIds(store.again(), PART);
      for (const id of ["1", "4", "11", "20"]) assertEquals(await flagId(again, id), 20, id);
      assertEquals(await flagId(again, "21"), 21);
      // The first one learns of it, and of the rows of the other one.
      assertEquals(await flagId(logger, "21"), 21);
    });
    await t.step("and others without an id each time", async () => {
      assertEquals([await logger.flag(["x"]), await logger.flag(["x"])], [22, 23]);
    });
    const ids = await idsIn(storage);
    assertEquals(ids.slice(0, 21), Array.from({ length: 21 }, (_, i) => `${i + 1}`));
    assertEquals(new Set(ids).size, 23);
  });

  Deno.test(`CSVLogger with sampleId counts a sample once when loggers race, ${name}`, async () => {
    await using store = make();
    const loggers = await Promise.all([1, 2, 3, 4].map(() => loggerWithIds(store.again(), PART)));
    for (let race = 0; race < RACES; race++) {
      const flags = loggers.map((logger) => flagId(logger, `race ${race}`));
      const counts = await within(PATIENCE_MS, Promise.all(flags), `race ${race}`);
      assertEquals(counts, Array(4).fill(race + 1));
    }
    assertEquals(await idsIn(store.storage), Array.from({ length: RACES }, (_, i) => `race ${i}`));
  });
}

const AWKWARD_IDS = [
  "id",
  "=1+1",
  "'=1",
  "a,b",
  'say "hi"',
  "line\r\nbreak",
  "é🌍",
  " ",
  "timestamp",
];

Deno.test("CSVLogger with sampleId counts a sample once whatever its id is", async (t) => {
  for (const id of AWKWARD_IDS) {
    await t.step(JSON.stringify(id), async () => {
      await using store = STORES.append!();
      for (let restart = 0; restart < 3; restart++) {
        await using logger = await loggerWithIds(store.storage);
        assertEquals([await flagId(logger, id), await flagId(logger, id)], [1, 1]);
      }
      assertEquals(await idsIn(store.storage), [id]);
    });
  }
  await t.step("with a lone surrogate", async () => {
    await using store = STORES.append!();
    for (let restart = 0; restart < 3; restart++) {
      await using logger = await loggerWithIds(store.storage);
      assertEquals(await flagId(logger, "\ud800"), 1);
    }
  });
  await t.step("or it is refused where it is empty", async () => {
    await using store = STORES.append!();
    await using logger = await loggerWithIds(store.storage);
    const said = [await flagId(logger, "").catch(() => 0), await flagId(logger, "").catch(() => 0)];
    assertEquals(said[0], said[1], "an empty id is no identity, and was taken for one");
  });
});

Deno.test("CSVLogger without sampleId refuses an id, and has no column for it", async () => {
  await using store = STORES.append!();
  await using logger = await loggerWithIds(store.storage, { sampleId: false });
  await assertRejects(() => flagId(logger, "1"), TypeError, "sampleId");
  await logger.flag(["x"]);
  assert((await textOf(store.storage, "dataset1.csv")).startsWith("a,timestamp\r\n"));
});

Deno.test("CSVLogger with sampleId does not take up a dataset without ids", async () => {
  await using store = STORES.append!();
  await using plain = await loggerWithIds(store.storage, { sampleId: false });
  await plain.flag(["x"]);
  await using logger = await loggerWithIds(store.storage);
  assertEquals([await flagId(logger, "1"), logger.datasetFile], [1, "dataset2.csv"]);
});

Deno.test("CSVLogger without sampleId continues a dataset with ids, with an empty id", async () => {
  await using store = STORES.append!();
  const { storage } = store;
  await using before = await loggerWithIds(storage);
  await flagId(before, "1");
  await using logger = await loggerWithIds(storage, { sampleId: false });
  assertEquals(await logger.flag(["x"]), 2);
  assertEquals(await idsIn(storage), ["1", ""]);
});

Deno.test("CSVLogger with sampleId forgets the ids of a file that was removed", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    await using logger = await loggerWithIds(store.storage);
    assertEquals([await flagId(logger, "1"), await flagId(logger, "2")], [1, 2]);
    await store.storage.delete("dataset1.csv");
    assertEquals(await flagId(logger, "3"), 1);
    assertEquals([await flagId(logger, "1"), await flagId(logger, "3")], [2, 2]);
    assertEquals(await idsIn(store.storage), ["3", "1"]);
  }
});

Deno.test("CSVLogger with sampleId leaves no copies of files of a sample that is there", async () => {
  await using store = STORES.append!();
  await using logger = new CSVLogger({ storage: store.storage, verbose: false, sampleId: true });
  await logger.setup([file("a")], "");
  for (let i = 0; i < 3; i++) {
    assertEquals(await logger.flag([new File(["x"], "x.txt")], null, null, { id: "1" }), 1);
  }
  const files = (await keysOf(store.storage)).filter((key) => key !== "dataset1.csv");
  assertEquals(files.length, 1, files.join());
});

Deno.test("CSVLogger with sampleId counts a sample once when it is flagged again after an unknown end", async () => {
  for (const writeMode of ["append", "rewrite"] as const) {
    await using store = STORES[writeMode]!();
    const faults = { lostRequest: 0.2, lostAnswer: 0.3, lateRequest: 0.1 };
    const storage = faulty(store.storage, { ...faults, seed: 5 });
    await using logger = await loggerWithIds(storage, PART);
    for (let i = 0; i < RETRIED; i++) {
      // A client that received no answer sends the same again.
      for (let tries = 0; tries < 3; tries++) {
        await within(PATIENCE_MS, flagId(logger, `${i}`), `flag ${i}`).catch(() => {});
      }
    }
    await storage.settle();
    const ids = await idsIn(store.storage);
    assertEquals(ids, Array.from({ length: RETRIED }, (_, i) => `${i}`), writeMode);
  }
});
