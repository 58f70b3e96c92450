import { assertEquals, assertRejects } from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";

Deno.test("readDataset() reads all parts of a dataset without a header, under the given columns", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  await using logger = new SimpleCSVLogger({ storage, maxPartBytes: 30 });
  await logger.setup(["q", "a"]);
  const expected = [1, 2, 3, 4, 5, 6].map((n) => ({ q: `question ${n}`, a: "=a" }));
  for (const { q, a } of expected) await logger.flag([q, a]);
  const read = (columns: readonly string[]) =>
    Array.fromAsync(readDataset(storage, "flagged/log.csv", { columns }));
  assertEquals(await read(["q", "a"]), expected);
  assertEquals(Object.keys((await read(["x", "x"]))[0]!), ["x", "x (2)"]);
  await assertRejects(() => read(["q"]), TypeError, "a name for each of its 2 cells");
});
