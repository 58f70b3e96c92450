import { assertEquals, assertRejects } from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { textOf } from "../helpers/dataset_check.ts";
import { flagId, idsIn, loggerWithIds } from "../helpers/sample_ids.ts";
import { instead, STORES } from "../helpers/stores.ts";

const HEADER = "a,id,timestamp\r\n";
const TIME = "2026-01-01 00:00:00.000001";

const put = (storage: StorageAdapter, key: string, text: string) =>
  storage.write(key, new TextEncoder().encode(text));

const row = (id: string) => `${id},${id},${TIME}\r\n`;

/** What a person does to the file with the rows 1, 2 and 3, and the ids afterwards. */
const CHANGES: Readonly<Record<string, readonly [to: string | null, ids: readonly string[]]>> = {
  "removes the file": [null, ["1", "2", "3"]],
  "empties the file": ["", ["1", "2", "3"]],
  "removes the first row": [HEADER + row("2") + row("3"), ["2", "3", "1"]],
  "removes the last row": [HEADER + row("1") + row("2"), ["1", "2", "3"]],
  "removes a row, and adds one of its length": [
    HEADER + row("1") + row("9") + row("3"),
    ["1", "9", "3", "2"],
  ],
  "moves rows": [HEADER + row("3") + row("2") + row("1"), ["3", "2", "1"]],
  "replaces the file with a longer one": [
    HEADER + row("4").repeat(9) + row("3"),
    [..."444444444", "3", "1", "2"],
  ],
  "cuts the last row": [HEADER + row("1") + row("2") + row("3").slice(0, 9), ["1", "2", "3"]],
};

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger with sampleId stores a sample again if it was removed, ${name}`, async (t) => {
    for (const [what, [to, expected]] of Object.entries(CHANGES)) {
      await t.step(`who ${what}`, async () => {
        await using store = make();
        const { storage } = store;
        await using logger = await loggerWithIds(storage, { timestamp: () => TIME });
        for (const id of ["1", "2", "3"]) await flagId(logger, id);
        if (to === null) await storage.delete("dataset1.csv");
        else await put(storage, "dataset1.csv", to);
        for (const id of ["1", "2", "3", "1"]) await flagId(logger, id);
        assertEquals(await idsIn(storage), [...expected]);
      });
    }
  });
}

Deno.test("CSVLogger with sampleId does not take the header for the row of the id id", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    await using logger = await loggerWithIds(store.storage);
    await flagId(logger, "id");
    const text = await textOf(store.storage, "dataset1.csv");
    await put(store.storage, "dataset1.csv", text.replace("\nid,id,", "\nxx,xx,"));
    assertEquals(await flagId(logger, "id"), 2);
    assertEquals(await idsIn(store.storage), ["xx", "id"]);
  }
});

Deno.test("CSVLogger with sampleId stores a sample again if its part was removed", async () => {
  for (const gone of [/./, /dataset1.csv/, /\.2\./, /\.3\./]) {
    await using store = STORES.rewrite!();
    const { storage } = store;
    await using logger = await loggerWithIds(storage, { maxPartBytes: 80 });
    const ids = ["1", "2", "3", "4", "5", "6", "7"];
    for (const id of ids) await flagId(logger, id);
    for await (const { key } of storage.list()) if (gone.test(key)) await storage.delete(key);
    for (const id of [...ids, ...ids]) await flagId(logger, id);
    assertEquals((await idsIn(storage)).sort(), ids, `${gone}`);
  }
});

Deno.test("CSVLogger with sampleId knows the id of a last row without a line end", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const { storage } = store;
    const before = HEADER + row("1") + row("2").trimEnd();
    await put(storage, "dataset1.csv", before);
    await using logger = await loggerWithIds(storage);
    for (const id of ["2", "1", "2"]) assertEquals(await flagId(logger, id), 2);
    assertEquals(await textOf(storage, "dataset1.csv"), before);
    assertEquals([await flagId(logger, "3"), await flagId(logger, "2")], [3, 3]);
    assertEquals(await idsIn(storage), ["1", "2", "3"]);
  }
});

Deno.test("CSVLogger with sampleId knows the ids of rows that were saved as Latin-1", async () => {
  await using store = STORES["local disk"]!();
  const { storage } = store;
  const text = `${HEADER}caf\xe9,caf\xe9-1,${TIME}\r\n\xa1,2,${TIME}\r\n`;
  await storage.write("dataset1.csv", Uint8Array.from(text, (char) => char.charCodeAt(0)));
  await using logger = await loggerWithIds(storage);
  for (const id of ["caf\xe9-1", "2", "caf\xe9-1"]) assertEquals(await flagId(logger, id), 2);
});

Deno.test("CSVLogger with sampleId keeps its ids when a read breaks", async () => {
  for (const append of ["process", "none"] as const) {
    const base = new MemoryAdapter({ capabilities: { append } });
    let broken = 0;
    const storage = instead(base, {
      async read(key, options) {
        const result = await base.read(key, options);
        if (result === null || options?.range !== undefined || broken-- <= 0) return result;
        const [first, cause] = [new Uint8Array(9), { code: "Unavailable", adapter: "x" } as const];
        const chunks = [first.fill(0x61), null];
        const pull = (c: ReadableStreamDefaultController) => {
          const chunk = chunks.shift();
          if (chunk) c.enqueue(chunk);
          else c.error(new StorageError("The connection broke", cause));
        };
        return { ...result, body: new ReadableStream({ pull }) };
      },
    });
    const options = { retry: { times: 2, delayMs: 1 }, timestamp: () => TIME };
    await using logger = await loggerWithIds(storage, options);
    for (const id of ["1", "2"]) await flagId(logger, id);
    // Another program saves the file unchanged: the logger reads it again, from its start.
    const text = await textOf(storage, "dataset1.csv");
    await put(storage, "dataset1.csv", text);
    broken = 9;
    await assertRejects(() => flagId(logger, "3"), StorageError);
    broken = 0;
    await put(storage, "dataset1.csv", text + row("0"));
    for (const id of ["3", "1", "2"]) await flagId(logger, id);
    assertEquals(await idsIn(storage), ["1", "2", "0", "3"]);
  }
});

Deno.test("CSVLogger with sampleId and segments counts a sample once after an unknown end", async () => {
  const nothing = { append: "none", create: "none", swap: "none", versions: "content" } as const;
  for (const landed of [true, false]) {
    const base = new MemoryAdapter({ capabilities: nothing });
    let isDown = false;
    const storage = instead(base, {
      async write(key, body, options) {
        const result = landed || !isDown ? await base.write(key, body, options) : null;
        if (!isDown) return result!;
        throw new StorageError("lost", {
          code: "Unavailable",
          adapter: "x",
          outcome: "unknown",
        });
      },
    });
    const options = { segments: true, retry: { times: 1, delayMs: 1 } };
    await using logger = await loggerWithIds(storage, options);
    await flagId(logger, "1");
    isDown = true;
    for (const id of ["2", "3", "2"]) await assertRejects(() => flagId(logger, id), StorageError);
    isDown = false;
    const counts = [];
    for (const id of ["4", "2", "3", "2", "5"]) counts.push(await flagId(logger, id));
    assertEquals(counts, [2, 3, 4, 4, 5]);
    assertEquals((await idsIn(base)).sort(), ["1", "2", "3", "4", "5"]);
  }
});
