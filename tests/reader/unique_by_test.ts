import { assertEquals } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { instead } from "../helpers/stores.ts";

const put = (storage: StorageAdapter, key: string, text: string) =>
  storage.write(key, new TextEncoder().encode(text));

Deno.test("readDataset() keeps the last sample of an id, in whichever segment it is", async () => {
  const ISOLATES = 6; // the names of segments are random
  for (const capabilities of [{}, { append: "none" }] as const) {
    const storage = new MemoryAdapter({ capabilities });
    let time = Date.UTC(2026, 0, 1);
    for (let isolate = 1; isolate <= ISOLATES; isolate++) {
      const options = { storage, segments: true, sampleId: true, verbose: false };
      await using logger = new CSVLogger({ ...options, now: () => time++ });
      await logger.setup(["message"], "");
      await logger.flag(["hello"], `vote ${isolate}`, "ada", { id: "message-1" });
      await logger.flag(["other"], `vote ${isolate}`, "ada", { id: `own ${isolate}` });
    }
    const rows = await Array.fromAsync(
      readDataset(storage, "dataset1.csv", { uniqueBy: "id" }),
    );
    assertEquals(rows.length, ISOLATES + 1);
    const votes = rows.filter(({ id }) => id === "message-1").map(({ flag }) => flag);
    assertEquals(votes, [`vote ${ISOLATES}`]);
  }
});

Deno.test("readDataset() keeps the last row of a text in the order of the file", async () => {
  const storage = new MemoryAdapter();
  const text =
    "a,b,timestamp\r\n1,x,T1\r\n2,x,T2\r\n3,,T3\r\n4,y,T4\r\n5,x,T2\r\n6,,T3\r\n7,y,T3\r\n";
  await put(storage, "d.csv", text);
  const read = async (uniqueBy: string) => {
    const rows = await Array.fromAsync(readDataset(storage, "d.csv", { uniqueBy }));
    return rows.map(({ a }) => a).join("");
  };
  assertEquals(await read("b"), "3456");
  assertEquals(await read("timestamp"), "1457");
  assertEquals(await read("toString"), "1234567");
});

Deno.test("readDataset() yields no id twice if a sample is added while it reads", async () => {
  const base = new MemoryAdapter();
  const text = "a,id,timestamp\r\n1,x,T1\r\n2,y,T2\r\n";
  await put(base, "d.csv", text);
  let reads = 0;
  const storage = instead(base, {
    async read(key, options) {
      if (++reads === 3) await put(base, "d.csv", `${text}3,x,T3\r\n`); // after the first look at all
      return await base.read(key, options);
    },
  });
  const rows = await Array.fromAsync(readDataset(storage, "d.csv", { uniqueBy: "id" }));
  assertEquals(rows.map(({ a }) => a), ["1", "2"]);
});
