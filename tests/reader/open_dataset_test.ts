import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { DatasetNotFoundError, openDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { stored, textsOf, valuesOf } from "../helpers/dataset_files.ts";
import { STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`openDataset() reads all versions, parts and segments as one table: ${name}`, async () => {
    await using there = store();
    const { storage } = there;
    const options = { storage, verbose: false, maxPartBytes: 200 };
    await using logger = new CSVLogger(options);
    await logger.setup(["prompt"], "flagged");
    for (let i = 0; i < 20; i++) await logger.flag([`first ${i}`]);
    await logger.setup(["prompt", "seed"], "flagged");
    for (let i = 0; i < 20; i++) await logger.flag([`=${i}`, i], "good", "ada");
    for (let i = 0; i < 3; i++) {
      await using segment = new CSVLogger({ ...options, segments: true });
      await segment.setup(["prompt", "seed"], "flagged");
      await segment.flag([`segment ${i}`, i], "wrong", "lin");
    }
    await using classic = new ClassicCSVLogger({ storage });
    await classic.setup(["question"], "flagged");
    await classic.flag(["2 + 2?"], "odd", "bob");
    await using chat = new ChatCSVLogger({ storage });
    await chat.setup("flagged");
    await chat.flag({ index: 0, value: "hi" }, [{ role: "user", content: "hi" }]);

    const dataset = await openDataset(storage, "flagged");
    const rows = await Array.fromAsync(dataset.rows());
    assertEquals(rows.length, 45);
    assertEquals([...new Set(rows.map(({ file }) => file))], [
      "log.csv",
      "log2.csv",
      "dataset1.csv",
      "dataset2.csv",
    ]);
    assertEquals(dataset.columns.map(({ name }) => name).sort(), [
      "conversation",
      "flag",
      "index",
      "prompt",
      "question",
      "seed",
      "timestamp",
      "username",
      "value",
    ]);
    const [question] = dataset.columns;
    assertEquals(question, { name: "question", type: "text", files: ["log.csv"] });
    const [first] = rows;
    assertEquals({ ...first!.values, timestamp: "" }, {
      question: "2 + 2?",
      flag: "odd",
      username: "bob",
      timestamp: "",
      conversation: null,
      index: null,
      value: null,
      prompt: null,
      seed: null,
    });
    const old = rows.filter(({ version, file }) => version === 1 && file === "dataset1.csv");
    assertEquals(
      old.map(({ values }) => values.prompt),
      Array.from({ length: 20 }, (_, i) => `first ${i}`),
    );
    assertEquals(old[0]!.values.seed, null);
    const segments = dataset.pieces.filter(({ writer }) => writer !== null);
    assertEquals(segments.length, 3);
    assertEquals(new Set(rows.map(({ rowId }) => rowId)).size, 45);
    for (const { key, start, rowId } of rows) {
      assertEquals((await dataset.sampleAt(key, start))?.rowId, rowId);
    }
    assertEquals(await dataset.sampleAt("flagged/dataset1.csv", 1), null);
    assertEquals(await dataset.sampleAt("flagged/other.csv", 0), null);
    assertEquals(await dataset.sampleAt("flagged/dataset1.csv", 1e9), null);
  });
}

Deno.test("openDataset() opens a directory of the local disk by its path", async () => {
  await using dir = new TempDir();
  await using logger = new CSVLogger({ verbose: false });
  await logger.setup(["a"], `${dir.path}/my flagged`);
  await logger.flag(["x"]);
  await using dataset = await openDataset(`${dir.path}/my flagged`);
  assertEquals(await textsOf(dataset, "a"), "x");
  const url = new URL(`file://${dir.path}/my%20flagged/`);
  assertEquals(await textsOf(await openDataset(url), "a"), "x");
  const storage = new LocalFsAdapter({ root: dir.path });
  assertEquals(await textsOf(await openDataset(storage, "my flagged"), "a"), "x");
});

Deno.test("openDataset() lists what is there if there is no dataset", async () => {
  const storage = await stored({
    "flagged/dataset1.csv": "a,timestamp\r\n",
    "flagged/picture/0123/a.png": "x",
    "flags/notes.txt": "x",
    "flags/deep/log.csv": "a,timestamp\r\n",
  });
  const error = await assertRejects(() => openDataset(storage, "flags"), DatasetNotFoundError);
  assertEquals(
    error.message,
    'There is no dataset in "flags/": it holds "deep/", "notes.txt"; ' +
      'there are datasets in "flagged/", "flags/deep/"',
  );
  assertEquals(error.suggestions, ["flagged/", "flags/deep/"]);
  await assertRejects(
    () => openDataset(storage, "flaged"),
    DatasetNotFoundError,
    'There is no dataset in "flaged/": it is empty or missing; there are datasets in "flagged/"',
  );
  await assertRejects(
    () => openDataset(storage, "flagged", { files: ["dataset1.csv", "dataset7.csv"] }),
    DatasetNotFoundError,
    'There is no "dataset7.csv" in "flagged/": it holds "dataset1.csv", "picture/"',
  );
  await using dir = new TempDir();
  const missing = await assertRejects(
    () => openDataset(`${dir.path}/flagged`),
    DatasetNotFoundError,
  );
  assert(missing.message.includes(`${dir.path}/flagged`));
});

Deno.test("openDataset() reads chosen files and columns", async () => {
  const storage = await stored({
    "dataset1.csv": "a,b,timestamp\r\n1,2,T\r\n",
    "dataset2.csv": "b,c,timestamp\r\n3,4,T\r\n",
    "mine.csv": "x,y\r\n5,6\r\n",
  });
  const open = (options: Parameters<typeof openDataset>[2]) => openDataset(storage, "", options);
  assertEquals(await valuesOf(await open({ columns: "common" })), [
    { b: "2", timestamp: "T" },
    { b: "3", timestamp: "T" },
  ]);
  assertEquals(await valuesOf(await open({ columns: ["c", "a"] })), [
    { c: null, a: "1" },
    { c: "4", a: null },
  ]);
  assertEquals(await valuesOf(await open({ files: ["dataset2.csv"] })), [
    { b: "3", c: "4", timestamp: "T" },
  ]);
  assertEquals(await valuesOf(await open({ files: ["mine.csv"] })), [{ x: "5", y: "6" }]);
});

Deno.test("openDataset() reads a log without a header under given columns", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  await using logger = new SimpleCSVLogger({ storage, maxPartBytes: 40 });
  await logger.setup(["question", "answer"], "");
  for (let i = 0; i < 9; i++) await logger.flag([`${i} + ${i}?`, `${2 * i}`]);
  await assertRejects(
    () => openDataset(storage, ""),
    TypeError,
    'Cannot read "log.csv" as it has no header: pass columns, a name for each of its 2 cells',
  );
  const dataset = await openDataset(storage, "", { columns: ["question", "answer"] });
  assert(dataset.pieces.length > 1);
  const rows = await valuesOf(dataset);
  assertEquals(rows.length, 9);
  assertEquals(rows[8], { question: "8 + 8?", answer: "16" });
});

Deno.test("openDataset() refuses what it does not know", async () => {
  const storage = await stored({ "dataset1.csv": "a,timestamp\r\n1,T\r\n" });
  // deno-lint-ignore no-explicit-any -- a mistake
  const wrong = (...args: any[]) => (openDataset as any)(...args);
  await assertRejects(() => wrong(storage), TypeError, "openDataset(storage, directory)");
  await assertRejects(() => wrong(storage, "", { column: [] }), TypeError, "with column");
  await assertRejects(() => wrong("flagged", "x"), TypeError, "path of the local disk");
  await assertRejects(() => wrong(storage, "", { formulas: "none" }), TypeError, "formulas");
  await assertRejects(() => wrong(storage, "", { types: { b: "json" } }), TypeError, 'are "a"');
  const dataset = await openDataset(storage, "");
  const rows = (options: unknown) => wrongRows(dataset, options);
  await assertRejects(() => rows({ select: ["b"] }), TypeError, 'no column "b"');
  await assertRejects(() => rows({ where: { b: "" } }), TypeError, 'no column "b"');
  await assertRejects(() => rows({ where: { a: { is: "" } } }), TypeError, "Cannot filter by");
  await assertRejects(() => rows({ order: "b" }), TypeError, 'the order "b"');
  await assertRejects(() => rows({ follow: true, current: true }), TypeError, "Cannot follow");
  await assertRejects(() => rows({ after: {} }), TypeError, "the cursor of a sample");
  await assertRejects(() => dataset.index({ facets: ["b"] }), TypeError, 'no column "b"');
  const [sample] = await Array.fromAsync(dataset.rows());
  assertThrows(() => sample!.typed("b"), TypeError, 'there are "a", "timestamp"');
});

// deno-lint-ignore no-explicit-any -- a mistake
async function wrongRows(dataset: any, options: unknown): Promise<void> {
  await Array.fromAsync(dataset.rows(options));
}

Deno.test("openDataset() leaves other people's files alone", async () => {
  const storage = await stored({
    "dataset1.csv": "a,timestamp\r\n1,T\r\n",
    "dataset1.csv.torn-1f0c9a3e": "half a r",
    "dataset1 (copy).csv": "a,timestamp\r\nno,T\r\n",
    "dataset_old.csv": "a,timestamp\r\nno,T\r\n",
    "dataset.csv": "a,timestamp\r\nno,T\r\n",
    "dataset1.2.csv": "a,timestamp\r\n1,T\r\n", // a copy of the first part
    "login.csv": "a,timestamp\r\nno,T\r\n",
    "picture/dataset2.csv": "a,timestamp\r\nno,T\r\n",
  });
  assertEquals(await textsOf(await openDataset(storage, ""), "a"), "1");
});

Deno.test("openDataset() reads the second part after all rows of the first one were removed", async () => {
  const header = "a,timestamp\r\n";
  const storage = await stored({
    "dataset1.csv": header,
    "dataset1.2.csv": `${header}2,T\r\n`,
    "dataset1.3.csv": `${header}3,T\r\n`,
  });
  assertEquals(await textsOf(await openDataset(storage, ""), "a"), "2 3");
});

Deno.test("openDataset() lists 10 000 objects besides the dataset", async () => {
  const files: Record<string, string> = { "f/dataset1.csv": "a,timestamp\r\n1,T\r\n" };
  for (let i = 0; i < 5000; i++) {
    files[`f/dataset/${i}/x`] = "";
    files[`f/log/${i}/x`] = "";
  }
  const storage = await stored(files);
  assertEquals(await textsOf(await openDataset(storage, "f"), "a"), "1");
});

Deno.test("openDataset() reads headers that are long, equal or empty", async () => {
  const long = Array.from({ length: 5000 }, (_, i) => `column number ${i} of many`);
  const cells = long.map((_, i) => `${i}`);
  const storage = await stored({
    "long/dataset1.csv": `${long.join(",")},timestamp\r\n${cells.join(",")},T\r\n`,
    "equal/dataset1.csv": `${"a,".repeat(5000)}timestamp\r\n${"x,".repeat(5000)}T\r\n`,
    "empty/dataset1.csv": ",,__proto__,timestamp\r\n1,2,3,T\r\n",
  });
  const [row] = await valuesOf(await openDataset(storage, "long"));
  assertEquals(Object.keys(row!).length, 5001);
  assertEquals(row!["column number 4999 of many"], "4999");
  const equal = await openDataset(storage, "equal");
  assertEquals(equal.columns.length, 5001);
  assertEquals(equal.columns[4999]?.name, "a (5000)");
  const [empty] = await valuesOf(await openDataset(storage, "empty"));
  assertEquals(Object.entries(empty!), [
    ["", "1"],
    [" (2)", "2"],
    ["__proto__", "3"],
    ["timestamp", "T"],
  ]);
});

Deno.test("openDataset() counts a file without a row as none", async () => {
  const storage = await stored({ "dataset1.csv": "", "dataset2.csv": "a,timestamp\r\n" });
  const dataset = await openDataset(storage, "");
  assertEquals(dataset.columns.map(({ name }) => name), ["a", "timestamp"]);
  assertEquals(await valuesOf(dataset), []);
  assertEquals((await dataset.index()).total, 0);
});
