import { assertEquals, assertRejects } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { DatasetNotFoundError } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { textsOf, valuesOf } from "../helpers/dataset_files.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("DatasetLogger.dataset() opens all versions of what the logger writes, and nothing else", async () => {
  await using dir = new TempDir();
  for (const storage of [new MemoryAdapter(), new LocalFsAdapter({ root: dir.path })]) {
    await using logger = new CSVLogger({ storage, verbose: false, formulas: "strict" });
    await logger.setup(["a"], "f");
    await assertRejects(() => logger.dataset(), DatasetNotFoundError, 'There is no "dataset1.csv"');
    await logger.flag(["x;=1"]);
    await logger.setup(["a", "b"], "f");
    void logger.flag(["2", "x"]); // in flight
    await using classic = new ClassicCSVLogger({ storage });
    await classic.setup(["a"], "f");
    await classic.flag(["classic"]);
    assertEquals(await textsOf(await logger.dataset(), "a"), "x;=1 2");
    assertEquals(await textsOf(await classic.dataset(), "a"), "classic");
    const typed = await logger.dataset({ types: { a: "json" } });
    assertEquals(typed.columns[0]!.type, "json");
  }
});

Deno.test("DatasetLogger.dataset() knows the names of siblings, and of columns without a header", async () => {
  const storage = new MemoryAdapter();
  const own = { storage, verbose: false, datasetFileName: "mine.csv" };
  for (const labels of [["a"], ["a", "b"]]) {
    await using logger = new CSVLogger(own);
    await logger.setup(labels, "f");
    await logger.flag(labels);
    const dataset = await logger.dataset();
    assertEquals(
      dataset.pieces.map(({ file }) => file),
      ["mine.csv", "mine2.csv"].slice(0, labels.length),
    );
  }
  await using simple = new SimpleCSVLogger({ storage });
  await simple.setup(["question", "answer"], "f");
  await simple.flag(["q", "a"]);
  assertEquals(await valuesOf(await simple.dataset()), [{ question: "q", answer: "a" }]);
});

Deno.test("createLogger() loggers open their dataset with its files", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ prompt: value<string>(), picture: file() }, { storage });
  await logger.flag({ prompt: "p", picture: new File(["pixels"], "a.png") }, { flag: "wrong" });
  const [row] = await Array.fromAsync((await logger.dataset()).rows());
  const [picture] = await row!.files("picture");
  assertEquals(await new Response((await picture!.read())!.body).text(), "pixels");
});
