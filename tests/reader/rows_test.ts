import { assert, assertEquals, assertRejects } from "@std/assert";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { value } from "../../src/components/value.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { at, stored, textsOf, valuesOf } from "../helpers/dataset_files.ts";
import { instead } from "../helpers/stores.ts";

const FILES = {
  "dataset1.csv": `a,flag,timestamp\r\n1,good,${at(5)}\r\n2,wrong,${at(1)}\r\n3,,${at(4)}\r\n`,
  "dataset2.csv": `a,b,flag,timestamp\r\n4,Äx,good,${at(2)}\r\n5,,wrong,${at(3)}\r\n`,
};

Deno.test("Dataset.rows() filters by texts, tests and a search", async () => {
  const dataset = await openDataset(await stored(FILES), "");
  const texts = (where: Parameters<typeof dataset.rows>[0]) => textsOf(dataset, "a", where);
  assertEquals(await texts({ where: { flag: "good" } }), "1 4");
  assertEquals(await texts({ where: { flag: ["good", ""] } }), "1 3 4");
  assertEquals(await texts({ where: { b: null } }), "1 2 3");
  assertEquals(await texts({ where: { b: "" } }), "5");
  assertEquals(await texts({ where: { b: [null, ""] } }), "1 2 3 5");
  assertEquals(await texts({ where: { flag: { not: "good" } } }), "2 3 5");
  assertEquals(await texts({ where: { b: { not: [null, ""] } } }), "4");
  assertEquals(await texts({ where: { flag: { contains: "GOO" } } }), "1 4");
  assertEquals(await texts({ where: { b: { contains: "" } } }), "4 5");
  assertEquals(await texts({ where: { timestamp: { from: at(2), before: at(4) } } }), "4 5");
  assertEquals(await texts({ where: { flag: "good", b: { not: null } } }), "4");
  assertEquals(await texts({ search: "WRO" }), "2 5");
  assertEquals(await texts({ search: "äX", where: { flag: "good" } }), "4");
  assertEquals(await texts({ search: "nothing" }), "");
});

Deno.test("Dataset.rows() selects columns, sorts and limits", async () => {
  const dataset = await openDataset(await stored(FILES), "");
  assertEquals(await valuesOf(dataset, { select: ["b"], limit: 4 }), [
    { b: null },
    { b: null },
    { b: null },
    { b: "Äx" },
  ]);
  assertEquals(await textsOf(dataset, "a", { order: "timestamp" }), "2 4 5 3 1");
  assertEquals(await textsOf(dataset, "a", { order: "-timestamp", limit: 2 }), "1 3");
  assertEquals(
    await textsOf(dataset, "a", { order: "timestamp", where: { flag: "good" } }),
    "4 1",
  );
  assertEquals(await valuesOf(dataset, { limit: 0 }), []);
  assertEquals(await valuesOf(dataset, { order: "timestamp", select: ["a"], limit: 1 }), [{
    a: "2",
  }]);
});

Deno.test("Dataset.rows() puts rows without a timestamp first, and keeps the order of equal ones", async () => {
  const text = `a,timestamp\r\n1,${at(1)}\r\n2,noon\r\n3,${at(1)}\r\n4,2026-01-30T23:00:00Z\r\n` +
    "5,2026-01-31 01:00:00+02:00\r\n";
  const dataset = await openDataset(await stored({ "dataset1.csv": text }), "");
  assertEquals(await textsOf(dataset, "a", { order: "timestamp" }), "2 4 5 1 3");
});

Deno.test("Dataset.rows() keeps one row of a text, the first or the last", async () => {
  const storage = await stored({
    "dataset1.csv": `id,v,timestamp\r\nx,1,${at(2)}\r\ny,2,${at(1)}\r\n,3,${at(1)}\r\nx,4,${
      at(1)
    }\r\n`,
    "dataset2.csv": `id,v,w,timestamp\r\ny,5,,${at(1)}\r\n,6,,${at(9)}\r\nx,7,,${at(2)}\r\n`,
  });
  const dataset = await openDataset(storage, "");
  assertEquals(await textsOf(dataset, "v", { uniqueBy: "id" }), "3 5 6 7");
  assertEquals(await textsOf(dataset, "v", { uniqueBy: "id", keep: "first" }), "2 3 4 6");
  // Filters see the rows that are kept.
  assertEquals(await textsOf(dataset, "v", { uniqueBy: "id", where: { v: ["1", "3"] } }), "3");
  assertEquals(await textsOf(dataset, "v", { uniqueBy: "id", order: "-timestamp" }), "6 7 5 3");
});

Deno.test("Dataset.rows() keeps the verdicts that stand, one for each person and subject", async () => {
  const row = (cells: string, n: number) => `${cells},${at(n)}\r\n`;
  const storage = await stored({
    "dataset1.csv": "v,flag,username,subject,replaces,id,timestamp\r\n" +
      row("1,good,ada,s,,i1", 1) + row("2,wrong,ada,s,i1,i2", 2) + row("3,good,bob,s,,i3", 3) +
      row("4,,bob,s,i3,i4", 4) + row("5,good,ada,s,,i5", 5) + row("6,good,,,,i6", 6) +
      row("7,good,,,,i7", 7) + row("2,wrong,ada,s,i1,i2", 8),
  });
  const dataset = await openDataset(storage, "");
  assertEquals(await textsOf(dataset, "v", { current: true }), "2 5 6 7");
  const onePer = ["subject", "username"];
  assertEquals(await textsOf(dataset, "v", { current: true, onePer }), "5 6 7");
  assertEquals(await textsOf(dataset, "v", { onePer }), "4 6 7 2");
});

Deno.test("Dataset.rows() stops at its signal, and releases the storage", async () => {
  const base = await stored(FILES);
  let cancelled = 0;
  const storage = instead(base, {
    async read(key, options) {
      const result = await base.read(key, options);
      const body = result?.body.pipeThrough(
        new TransformStream(undefined, undefined, { highWaterMark: 0 }),
      );
      const { cancel } = body!;
      body!.cancel = (reason) => (cancelled++, cancel.call(body, reason));
      return { ...result!, body: body! };
    },
  });
  const dataset = await openDataset(storage, "");
  const reason = new Error("enough");
  const control = new AbortController();
  await assertRejects(async () => {
    for await (const _ of dataset.rows({ signal: control.signal })) control.abort(reason);
  });
  for await (const _ of dataset.rows()) break;
});

Deno.test("Dataset.rows() reads on if a connection breaks", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ text: value<string>() }, { storage, flaggingDir: "" });
  const texts = Array.from({ length: 400 }, (_, i) => `${i} ${"é".repeat(i % 97)}\n"${i}"`);
  await Promise.all(texts.map((text) => logger.flag({ text })));
  let breaks = 0;
  const broken = instead(storage, {
    async read(key, options) {
      const result = (await storage.read(key, options))!;
      const bytes = await new Response(result.body).bytes();
      const whole = options?.range && "end" in options.range;
      const some = bytes.subarray(0, 4000);
      const isLess = !whole && some.length < bytes.length;
      let sent = false;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (!sent) controller.enqueue(isLess ? some : bytes);
          else if (!isLess) controller.close();
          else {
            breaks++;
            controller.error(unavailable());
          }
          sent = true;
        },
      }, { highWaterMark: 0 });
      return { ...result, body };
    },
  });
  const dataset = await openDataset(broken, "");
  assertEquals((await valuesOf(dataset)).map(({ text }) => text), texts);
  assert(breaks > 5);
  breaks = 0;
  assertEquals((await dataset.index()).total, texts.length);
  assert(breaks > 5);
});

function unavailable(): Error {
  return Object.assign(new Error("broken"), { name: "StorageError", code: "Unavailable" });
}

Deno.test("Dataset.rows() holds one chunk of a dataset in memory", async () => {
  // 30 000 rows of 2 kB would be 60 MB.
  const row = new TextEncoder().encode(`${"x".repeat(2000)},${at(1)}\r\n`);
  const header = new TextEncoder().encode("a,timestamp\r\n");
  const count = 30_000;
  const size = header.length + count * row.length;
  const base = await stored({ "dataset1.csv": "a,timestamp\r\n" });
  const storage = instead(base, {
    async read(key, options) {
      const result = (await base.read(key, {}))!;
      if (options?.range && "end" in options.range) return result;
      await result.body.cancel();
      const { start } = options?.range as { start: number };
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ < count) controller.enqueue(row.slice());
          else controller.close();
        },
      }, { highWaterMark: 0 });
      return { info: { ...result.info, size }, start, end: size, body };
    },
  });
  const dataset = await openDataset(storage, "");
  let rows = 0;
  let most = 0;
  const { gc } = globalThis as unknown as { gc?: () => void };
  for await (const { values } of dataset.rows()) {
    rows += values.a!.length === 2000 ? 1 : 0;
    if (rows % 5000 === 0) {
      gc?.();
      most = Math.max(most, Deno.memoryUsage().heapUsed + Deno.memoryUsage().external);
    }
  }
  assertEquals(rows, count);
  assert(most < 400e6, `${most}`);
});
