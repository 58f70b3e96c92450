import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatasetLogger, MemoryAdapter } from "@flagstone/flagging";
import { readDataset } from "@flagstone/flagging/dataset";
import { textOf } from "../helpers/dataset_check.ts";

/** The custom logger of the documentation. */
class ModelLogger extends DatasetLogger<[labels: string[]], [data: unknown[], model: unknown]> {
  constructor(storage: MemoryAdapter) {
    super({ storage }, { fileName: "models.csv", header: true, simplifyFileData: true });
  }

  setup(labels: string[]): Promise<void> {
    this.open(labels, "");
    return Promise.resolve();
  }

  flag(data: unknown[], model: unknown): Promise<number> {
    return this.keep(data, { "=model": model as string });
  }
}

Deno.test("keep() escapes extras and their columns, and stamps the row", async () => {
  const storage = new MemoryAdapter();
  await using logger = new ModelLogger(storage);
  await logger.setup(["question"]);
  await logger.flag(["=1+1"], "=HYPERLINK(1)");
  const text = await textOf(storage, "models.csv");
  assert(text.startsWith("question,'=model,timestamp\r\n'=1+1,'=HYPERLINK(1),2"), text);
  const [row] = await Array.fromAsync(readDataset(storage, "models.csv"));
  assertEquals([row?.question, row?.["=model"]], ["=1+1", "=HYPERLINK(1)"]);
});

Deno.test("keep() takes null and undefined for a text that the sample lacks", async () => {
  const storage = new MemoryAdapter();
  await using logger = new ModelLogger(storage);
  await logger.setup(["question"]);
  for (const model of [null, undefined]) await logger.flag(["q"], model);
  assertEquals((await textOf(storage, "models.csv")).split("\r\n")[0], "question,timestamp");
  await logger.flag(["q"], "");
  assertEquals(logger.datasetFile, "models2.csv");
  await logger.flag(["q"], null);
  assertEquals(logger.datasetFile, "models2.csv");
});

Deno.test("keep() refuses an extra that is not a string, and stores nothing", async () => {
  const storage = new MemoryAdapter();
  await using logger = new ModelLogger(storage);
  await logger.setup(["question"]);
  const flagged = () => logger.flag(["q"], 5);
  await assertRejects(flagged, TypeError, "its =model must be a string: current value is 5");
  assertEquals(await Array.fromAsync(storage.list()), []);
});
