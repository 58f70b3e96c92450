import { assertEquals, assertRejects } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import type { KnownSample } from "../../src/loggers/logger_options.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { textOf } from "../helpers/dataset_check.ts";
import { STORES } from "../helpers/stores.ts";

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`flag() calls onKnown if the id was saved before, with whatever values, ${name}`, async () => {
    await using store = make();
    const known: KnownSample[] = [];
    const onKnown = (sample: KnownSample) => void known.push(sample);
    await using logger = new CSVLogger({
      storage: store.storage,
      verbose: false,
      sampleId: true,
    });
    await logger.setup(["message"], "");
    const flag = (id: string, vote: string) => logger.flag(["hello"], vote, "ada", { id, onKnown });
    await flag("=1", "up");
    assertEquals(known, []);
    assertEquals(await flag("=1", "down"), 1);
    assertEquals(known, [{ id: "=1" }]);
    await Promise.all([flag("2", "up"), flag("3", "up"), flag("2", "down")]);
    assertEquals(known.splice(0), [{ id: "=1" }, { id: "2" }]);
    await using again = createLogger({ message: value() }, {
      storage: store.again(),
      flaggingDir: "",
      sampleId: true,
    });
    await again.flag({ message: "hello" }, { id: "3", onKnown, flag: "down" });
    await again.flag({ message: "hello" }, { id: "4", onKnown, flag: "down" });
    assertEquals(known, [{ id: "3" }]);
    const text = await textOf(store.storage, "dataset1.csv");
    assertEquals(text.match(/,(up|down),/g), [",up,", ",up,", ",up,", ",down,"]);
  });
}

Deno.test("flag() resolves whatever onKnown does, and refuses other options", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false, sampleId: true });
  await logger.setup([file("a")], "");
  let calls = 0;
  const hooks = [
    () => {
      calls++;
      throw new Error("no");
    },
    async () => {
      calls++;
      await Promise.reject(new Error("no"));
    },
  ];
  for (const onKnown of [...hooks, ...hooks]) {
    const sample = [new File(["x"], "x.txt")];
    assertEquals(await logger.flag(sample, null, null, { id: "1", onKnown }), 1);
  }
  assertEquals(calls, 3);
  assertEquals((await Array.fromAsync(storage.list())).length, 2); // the file of the first sample
  const misspelt = { id: "1", onknown: () => {} } as { id: string };
  await assertRejects(() => logger.flag([null], null, null, misspelt), TypeError, '"onKnown"');
});
