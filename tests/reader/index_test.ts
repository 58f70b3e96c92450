import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";
import { type Dataset, type DatasetIndex, type Filter, openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { at, put, stored } from "../helpers/dataset_files.ts";
import { STORES } from "../helpers/stores.ts";

const FILTERS: readonly Filter[] = [
  {},
  { where: { flag: "good" } },
  { where: { flag: ["wrong, really", ""], username: { not: "ada" } } },
  { where: { timestamp: { from: at(10), before: at(50) } } },
  { where: { timestamp: { from: "2026-01-31 00:00:00.00002" }, flag: "good" } },
  { where: { text: { contains: "1" } } },
  { where: { more: null } },
  { search: "2" },
];

/** Compares everything that an index answers with a reading of all rows. */
async function compare(dataset: Dataset, index: DatasetIndex): Promise<void> {
  for (const filter of FILTERS) {
    if (filter.where?.more !== undefined && !dataset.columns.some(({ name }) => name === "more")) {
      continue;
    }
    const rows = await Array.fromAsync(dataset.rows({ ...filter, order: "timestamp" }));
    const ids = rows.map(({ key, start }) => `${key} ${start}`);
    const shown = JSON.stringify(filter);
    assertEquals(await index.count(filter), rows.length, shown);
    const page = async (options: Parameters<DatasetIndex["page"]>[0]) =>
      (await index.page({ ...filter, ...options })).map(({ key, start }) => `${key} ${start}`);
    assertEquals(await page({ limit: 1000 }), ids, shown);
    assertEquals(await page({ offset: 3, limit: 5 }), ids.slice(3, 8), shown);
    assertEquals(await page({ limit: 7, newest: true }), ids.toReversed().slice(0, 7), shown);
    assertEquals(await page({ offset: 10_000 }), []);
    for (const column of ["flag", "text"]) {
      const counts = new Map<string | null, number>();
      for (const { values } of rows) {
        counts.set(values[column]!, (counts.get(values[column]!) ?? 0) + 1);
      }
      const facet = await index.facet(column, { ...filter, limit: 1000 });
      assertEquals(new Map(facet.map(({ value, count }) => [value, count])), counts, shown);
      assert(facet.every(({ count }, i) => i === 0 || count <= facet[i - 1]!.count));
    }
    const histogram = await index.histogram({ ...filter, buckets: 7 });
    const timed = rows.filter(({ values }) => /^\d{4}-/.test(values.timestamp!));
    assertEquals(histogram.reduce((sum, { count }) => sum + count, 0), timed.length, shown);
    for (const [i, { from, to }] of histogram.entries()) {
      assert(from < to && (i === 0 || from === histogram[i - 1]!.to));
    }
  }
}

Deno.test("an index answers what a reading of all rows answers", async () => {
  const text = fc.oneof(
    fc.constantFrom("1", "2", "=1", 'q"', "l\r\n2", "é,", "", "'x"),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const flag = fc.constantFrom("good", "wrong, really", "", "-5", "=x");
  const row = fc.tuple(text, flag, fc.constantFrom("ada", "bob", ""), fc.nat(99));
  const files = fc.array(fc.array(row, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), async (files, isOdd) => {
      const texts = files.map((rows, i) => {
        const more = i % 2 === 1;
        const header = ["text", ...more ? ["more"] : [], "flag", "username", "timestamp"];
        const lines = rows.map(([text, flag, username, n], j) =>
          encodeRow([
            escapeCell(text.toWellFormed()),
            ...more ? ["m"] : [],
            escapeCell(flag),
            username,
            isOdd && j % 9 === 8 ? "noon" : at(n),
          ])
        );
        return [`dataset${i + 1}.csv`, encodeRow(header) + lines.join("")];
      });
      const dataset = await openDataset(await stored(Object.fromEntries(texts)), "");
      await compare(dataset, await dataset.index());
    }),
    { numRuns: 60 },
  );
});

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`DatasetIndex.refresh() takes in the rows that were added: ${name}`, async () => {
    await using there = store();
    const { storage } = there;
    const options = { storage, verbose: false, maxPartBytes: 500 };
    await using logger = new CSVLogger(options);
    await logger.setup(["text"], "f");
    await logger.flag(["0"], "good", "ada");
    const dataset = await openDataset(storage, "f");
    const index = await dataset.index();
    assertEquals(await index.refresh(), 0);
    let total = 1;
    for (let round = 0; round < 4; round++) {
      if (round === 2) await logger.setup(["text", "more"], "f");
      const values = (n: number) => round < 2 ? [`${n}`] : [`${n}`, "m"];
      for (let i = 0; i < 9; i++) await logger.flag(values(total++), "good", "bob");
      await using segment = new CSVLogger({ ...options, segments: true });
      await segment.setup(["text"], "f");
      await segment.flag([`${total++}`], "", "ada");
      assertEquals(await index.refresh(), 10);
      assertEquals(index.total, total);
      await compare(dataset, index);
    }
  });
}

Deno.test("DatasetIndex.refresh() reads all again after rows were removed", async () => {
  const rows = (...numbers: number[]) =>
    "text,flag,username,timestamp\r\n" + numbers.map((n) => `${n},good,ada,${at(n)}\r\n`).join("");
  const storage = await stored({ "dataset1.csv": rows(1, 2, 3), "dataset2.csv": rows(4) });
  const dataset = await openDataset(storage, "");
  const index = await dataset.index();
  await put(storage, { "dataset1.csv": rows(1, 3) });
  assertEquals([await index.refresh(), index.total], [0, 3]);
  await put(storage, { "dataset1.csv": rows(3, 5, 6, 7, 8) }); // longer, but without the first
  assertEquals([await index.refresh(), index.total], [3, 6]);
  await storage.delete("dataset2.csv");
  await index.refresh();
  assertEquals(index.total, 5);
  await compare(dataset, index);
});

Deno.test("DatasetIndex.refresh() reads only what was added", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["text"], "");
  for (let i = 0; i < 100; i++) await logger.flag(["x".repeat(1000)]);
  const dataset = await openDataset(storage, "");
  const index = await dataset.index({ facets: [] });
  let bytes = 0;
  const read = storage.read.bind(storage);
  storage.read = async (key, options) => {
    const result = await read(key, options);
    bytes += result === null ? 0 : result.end - result.start;
    return result;
  };
  await logger.flag(["new"]);
  assertEquals(await index.refresh(), 1);
  assert(bytes < 2000, `${bytes} bytes`);
  bytes = 0;
  const [row] = await index.page({ newest: true, limit: 1 });
  assertEquals(row!.values.text, "new");
});
