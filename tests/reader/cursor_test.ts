import { assert, assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { type Cursor, openDataset, type Sample } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { at, put, stored, valuesOf } from "../helpers/dataset_files.ts";
import { instead, STORES } from "../helpers/stores.ts";

/** Reads after a cursor, at most some rows; the cursor travels as JSON. */
async function readOn(storage: StorageAdapter, after: Cursor | undefined, limit = Infinity) {
  const dataset = await openDataset(storage, "");
  const rows = await Array.fromAsync(dataset.rows({ after, limit }));
  const cursor = rows.at(-1)?.cursor ?? after;
  return { rows, cursor: cursor && JSON.parse(JSON.stringify(cursor)) as Cursor };
}

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`a chain of cursors yields each row once, beside writers: ${name}`, async () => {
    await using there = store();
    const { storage } = there;
    const seen: string[] = [];
    let cursor: Cursor | undefined;
    let flagged = 0;
    const options = { storage, verbose: false, maxPartBytes: 300 };
    await using first = new CSVLogger(options);
    await using second = new CSVLogger({ ...options, segments: true });
    await first.setup(["text"], "");
    await second.setup(["text"], "");
    for (let round = 0; round < 12; round++) {
      if (round === 6) await first.setup(["text", "more"], "");
      for (let i = 0; i < 7; i++) {
        await first.flag(round < 6 ? [`${flagged++}`] : [`${flagged++}`, "x"]);
        await second.flag([`${flagged++}`]);
      }
      const found = await readOn(storage, cursor, round % 3 === 0 ? 5 : Infinity);
      seen.push(...found.rows.map(({ values }) => values.text!));
      ({ cursor } = found);
    }
    seen.push(...(await readOn(storage, cursor)).rows.map(({ values }) => values.text!));
    assertEquals(new Set(seen).size, seen.length);
    assertEquals(seen.length, flagged);
  });
}

Deno.test("a cursor refuses files that changed before it", async () => {
  const rows = (...numbers: number[]) =>
    numbers.map((n) => `${n} ${"x".repeat(70)},${at(n)}\r\n`).join("");
  const header = "text,timestamp\r\n";
  const storage = await stored({ "dataset1.csv": header + rows(1, 2, 3) });
  const { cursor } = await readOn(storage, undefined, 2);
  const isRefused = async (files: Record<string, string>) => {
    await put(storage, files);
    const error = await assertRejects(() => readOn(storage, cursor), StorageError);
    assertEquals(error.code, "Conflict");
    assert(error.message.includes("without a cursor"), error.message);
  };
  await isRefused({ "dataset1.csv": header + rows(1) }); // became shorter
  await isRefused({ "dataset1.csv": header + rows(2, 3, 4, 5) }); // a row before it was removed
  await isRefused({ "dataset1.csv": `tex,timestamp\r\n,${rows(1, 2, 3)}` }); // another header
  await isRefused({ "dataset1.csv": `${header}${rows(1, 2).trimEnd()}x\r\n` }); // the row grew
  await put(storage, { "dataset1.csv": header + rows(1, 2, 3, 4) });
  const { rows: more } = await readOn(storage, cursor);
  assertEquals(more.map(({ values }) => values.timestamp), [at(3), at(4)]);
  await storage.delete("dataset1.csv");
  await isRefused({ "dataset2.csv": header });
});

Deno.test("a cursor outlives the removal of a part that was read", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  await using logger = new CSVLogger({ storage, verbose: false, maxPartBytes: 100 });
  await logger.setup(["text"], "");
  for (let i = 0; i < 9; i++) await logger.flag([`${i}`]);
  const { rows, cursor } = await readOn(storage, undefined);
  assertEquals(rows.length, 9);
  assert(rows.at(-1)!.key > "dataset1.2.csv");
  await storage.delete("dataset1.csv");
  await storage.delete("dataset1.2.csv");
  await logger.flag(["new"]);
  const more = await readOn(storage, cursor);
  assertEquals(more.rows.map(({ values }) => values.text), ["new"]);
});

Deno.test("a cursor keeps one name for the segments of writers that ended", async () => {
  const hour = 3_600_000;
  const named = (ms: number, n: number) =>
    `dataset1.w${ms.toString(16).padStart(12, "0")}${n.toString(16).padStart(8, "0")}.csv`;
  const files: Record<string, string> = { "dataset1.csv": "text,timestamp\r\n" };
  const text = (n: number) => `text,timestamp\r\n${n},${at(n)}\r\n`;
  for (let n = 0; n < 50; n++) files[named(Date.now() - (100 + n) * hour, n)] = text(n);
  for (let n = 50; n < 53; n++) files[named(Date.now() - n * 60_000, n)] = text(n);
  const old = "dataset1.wffffffffffff.csv"; // named as before, without a time
  files[old] = text(53);
  const storage = await stored(files);
  const { rows, cursor } = await readOn(storage, undefined);
  assertEquals(rows.length, 54);
  assertEquals(Object.keys(cursor!.ends).length, 4);
  assertEquals((await readOn(storage, cursor)).rows, []);
  const [open] = Object.keys(cursor!.ends);
  await put(storage, {
    [open!]: files[open!]! + `new,${at(60)}\r\n`,
    [old]: files[old] + `n,${at(61)}\r\n`,
  });
  const more = await readOn(storage, cursor);
  assertEquals(more.rows.map(({ values }) => values.text).sort(), ["n", "new"]);
});

Deno.test("Dataset.rows({ follow }) yields rows as they come in, also of new files", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["text"], "");
  await logger.flag(["0"]);
  const dataset = await openDataset(storage, "");
  const control = new AbortController();
  const seen: Sample[] = [];
  for await (const row of dataset.rows({ follow: true, intervalMs: 1, signal: control.signal })) {
    seen.push(row);
    const n = seen.length;
    if (n === 3) await logger.setup(["text", "more"], "");
    if (n < 6) await logger.flag(n < 3 ? [`${n}`] : [`${n}`, "x"]);
    else control.abort();
  }
  assertEquals(seen.map(({ values }) => values.text), ["0", "1", "2", "3", "4", "5"]);
  assertEquals(seen[5]!.values.more, "x");
  assertEquals(dataset.columns.map(({ name }) => name), ["text", "timestamp", "more"]);
});

Deno.test("Dataset.rows({ follow }) waits for the end of a row that is being written", async () => {
  const storage = await stored({ "dataset1.csv": `text,timestamp\r\n1,${at(1)}\r\n"2 ha` });
  const control = new AbortController();
  const { signal } = control;
  const steps = ["lf", `",${at(2)}`, "\r\n"];
  const seen: string[] = [];
  // Each look at the row finds a little more of it.
  const growing = instead(storage, {
    async read(key, options) {
      const { range } = options ?? {};
      const isLook = seen.length === 1 && range && "start" in range && range.end === undefined;
      if (isLook) {
        const text = await new Response((await storage.read(key))!.body).text();
        await put(storage, { [key]: text + (steps.shift() ?? "") });
      }
      return await storage.read(key, options);
    },
  });
  const dataset = await openDataset(growing, "");
  for await (const row of dataset.rows({ follow: true, intervalMs: 1, signal })) {
    seen.push(row.values.text!);
    if (seen.length === 2) control.abort();
  }
  assertEquals(steps, []);
  assertEquals(seen, ["1", "2 half"]);
});

Deno.test("Dataset.rows({ follow }) refuses a file that shrinks", async () => {
  const storage = await stored({
    "dataset1.csv": `text,timestamp\r\n1,${at(1)}\r\n2,${at(2)}\r\n`,
  });
  const dataset = await openDataset(storage, "");
  const error = await assertRejects(async () => {
    let n = 0;
    for await (const _ of dataset.rows({ follow: true, intervalMs: 1 })) {
      if (++n === 2) await put(storage, { "dataset1.csv": `text,timestamp\r\n1,${at(1)}\r\n` });
    }
  }, StorageError);
  assertEquals(error.code, "Conflict");
  assertEquals((await valuesOf(await openDataset(storage, ""))).length, 1);
});
