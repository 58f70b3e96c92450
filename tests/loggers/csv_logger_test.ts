import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { value } from "../../src/components/value.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import type { LoggerOptions } from "../../src/loggers/logger_options.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { printedBy } from "../helpers/printed.ts";
import { instead, STORES } from "../helpers/stores.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";

const PATIENCE_MS = 10_000;
const TIME = "2026-01-31 12:34:56.789123";
const FORM = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function loggerOver(
  storage: StorageAdapter,
  labels: readonly string[],
  options: CSVLoggerOptions = {},
  dir = "",
): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, timestamp: () => TIME, ...options });
  await logger.setup(labels, dir);
  return logger;
}

// Columns

Deno.test("CSVLogger.flag() keeps a column once it appeared, and leaves its cell empty then", async (t) => {
  for (const [name, make] of Object.entries(STORES)) {
    await t.step(name, async () => {
      await using store = make();
      const { storage } = store;
      await using logger = await loggerOver(storage, ["a"]);
      const flag = async (...[option, username]: (string | null | undefined)[]) => {
        return [await logger.flag(["x"], option, username), logger.datasetFile];
      };
      assertEquals(await flag(), [1, "dataset1.csv"]);
      assertEquals(await flag(null, undefined), [2, "dataset1.csv"]);
      assertEquals(await flag("wrong"), [1, "dataset2.csv"]);
      assertEquals(await flag(), [2, "dataset2.csv"]);
      assertEquals(await flag("", null), [3, "dataset2.csv"]); // an empty option is one
      assertEquals(await flag(null, "ada"), [1, "dataset3.csv"]);
      assertEquals(await flag("wrong", "ada"), [2, "dataset3.csv"]);
      assertEquals(await flag(), [3, "dataset3.csv"]);
      assertEquals(await flag(null, ""), [4, "dataset3.csv"]);
      assertEquals(
        await textOf(storage, "dataset3.csv"),
        `a,flag,username,timestamp\r\nx,,ada,${TIME}\r\nx,wrong,ada,${TIME}\r\n` +
          `x,,,${TIME}\r\nx,,,${TIME}\r\n`,
      );
      await using again = await loggerOver(store.again(), ["a"]);
      assertEquals([await again.flag(["x"]), again.datasetFile], [5, "dataset3.csv"]);
    });
  }
});

Deno.test("CSVLogger.flag() settles the columns of samples that are flagged together", async () => {
  const storage = new MemoryAdapter();
  await using logger = await loggerOver(storage, ["a"]);
  const options = [null, "x", null, "y", undefined, "z"];
  await Promise.all(options.map((option, i) => logger.flag([`${i}`], option)));
  const rows: (readonly [string | undefined, string | undefined])[] = [];
  for (const key of await keysOf(storage)) {
    for await (const { a, flag } of readDataset(storage, key)) rows.push([a, flag ?? ""]);
  }
  assertEquals(rows.sort(), options.map((option, i) => [`${i}`, option ?? ""]));
});

Deno.test("CSVLogger loggers with other headers do not chase each other", async (t) => {
  for (const [name, make] of Object.entries(STORES)) {
    await t.step(name, async () => {
      await using store = make();
      await using one = await loggerOver(store.storage, ["a"]);
      await using two = await loggerOver(store.again(), ["b"]);
      for (let count = 1; count <= 20; count++) {
        assertEquals([await one.flag(["1"]), await two.flag(["2"])], [count, count]);
      }
      assertEquals([one.datasetFile, two.datasetFile], ["dataset1.csv", "dataset2.csv"]);
      assertEquals(await keysOf(store.storage), ["dataset1.csv", "dataset2.csv"]);
    });
  }
});

Deno.test("CSVLogger loggers that start together create one file for each header", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const loggers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => loggerOver(store.again(), [`label ${i % 3}`])),
    );
    await Promise.all(loggers.map((logger, i) => logger.flag([`${i}`])));
    const found: string[][] = [];
    for (const key of await keysOf(store.storage)) {
      const [header, ...rows] = parseStrictly(await textOf(store.storage, key));
      for (const [id] of rows) assertEquals(header?.[0], `label ${Number(id) % 3}`);
      found.push(rows.map(([id]) => id!));
    }
    assertEquals(found.flat().length, 12);
    // A logger that looks at the highest number only may pass by its own file, as documented.
    assert(found.length >= 3 && found.length <= 12, `${found.length} files`);
  }
});

Deno.test("CSVLogger distinguishes labels exactly, also equal and odd ones", async (t) => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    "equal labels": ["a", "a", "a"],
    "labels of the optional columns": ["flag", "username", "timestamp", "id"],
    "prototypes": ["__proto__", "constructor", "toString"],
    "formulas and quotes": ["=1+1", "'=1+1", 'say "hi"', ",=x"],
    "line breaks": ["a\r\nb", "\n", "\r"],
    "other case and spaces": ["A", "a", " a", "a "],
    "no text": ["", "component 0"],
  };
  for (const [what, labels] of Object.entries(cases)) {
    await t.step(what, async () => {
      const storage = new MemoryAdapter();
      const data = labels.map((_, i) => `${i}`);
      for (let count = 1; count <= 3; count++) {
        await using logger = await loggerOver(storage, labels);
        assertEquals(await logger.flag(data), count);
      }
      const records = parseStrictly(await textOf(storage, "dataset1.csv"));
      assertEquals(records.slice(1), Array(3).fill([...data, TIME]));
      assertEquals(records[0]!.length, labels.length + 1);
      // The same with the optional columns, which must not be taken for the labels of their names.
      await using full = await loggerOver(storage, labels);
      assertEquals(await full.flag(data, "wrong", "ada"), 1);
      assertEquals(await full.flag(data, "wrong", "ada"), 2);
      const [, row] = parseStrictly(await textOf(storage, full.datasetFile!));
      assertEquals(row, [...data, "wrong", "ada", TIME]);
    });
  }
});

Deno.test("CSVLogger.flag() keeps a label __proto__ apart when it is read", async () => {
  const storage = new MemoryAdapter();
  await using logger = await loggerOver(storage, ["__proto__", "b"]);
  await logger.flag(["mine", "2"]);
  const [row] = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(Object.entries(row!), [["__proto__", "mine"], ["b", "2"], ["timestamp", TIME]]);
  assertEquals(Object.getPrototypeOf(row), Object.prototype);
});

Deno.test("CSVLogger.setup() again goes on under the new components", async () => {
  const storage = new MemoryAdapter();
  await using logger = await loggerOver(storage, ["a"]);
  const before = logger.flag(["1"]);
  await logger.setup(["a", "b"], "");
  assertEquals(logger.datasetFile, null);
  const after = logger.flag(["1", "2"]);
  assertEquals(await Promise.all([before, after]), [1, 1]);
  assertEquals(logger.datasetFile, "dataset2.csv");
  await logger.setup(["a"], "elsewhere");
  assertEquals([await logger.flag(["1"]), logger.datasetFile], [1, "elsewhere/dataset1.csv"]);
  await logger.setup([value("a"), null], "");
  assertEquals([await logger.flag(["1", "2"]), logger.datasetFile], [1, "dataset3.csv"]);
});

// Names of files

Deno.test("CSVLogger leaves files alone that only look like its own", async () => {
  const foreign = [
    "dataset.csv",
    "dataset1.20240131.csv",
    "dataset1.csv.bak",
    "dataset2 (copy).csv",
    "dataset_old.csv",
    "dataset-3.csv",
    "datasetX.csv",
    "Dataset4.csv",
    "dataset5.CSV",
    "dataset6.csv/dataset7.csv",
    "deeper/dataset8.csv",
    "dataset١.csv",
  ];
  for (const make of Object.values(STORES)) {
    await using store = make();
    for (const key of foreign) await store.storage.write(key, bytes("a,timestamp\r\n1,x\r\n"));
    await using logger = await loggerOver(store.storage, ["a"]);
    assertEquals(await within(PATIENCE_MS, logger.flag(["1"]), "flag()"), 1);
    assertEquals(logger.datasetFile, "dataset1.csv");
    for (const key of foreign) {
      assertEquals(await textOf(store.storage, key), "a,timestamp\r\n1,x\r\n", key);
    }
  }
});

Deno.test("CSVLogger.flag() ignores a backup of the dataset with a date in its name", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const backup = "a,timestamp\r\nold,x\r\n";
    for (const key of ["dataset1.csv", "dataset1.20240131.csv", "dataset1.3.csv"]) {
      await store.storage.write(key, bytes(backup));
    }
    await using logger = await loggerOver(store.storage, ["a"], { maxPartBytes: 40 });
    const counts: number[] = [];
    for (let i = 0; i < 2; i++) {
      counts.push(await within(PATIENCE_MS, logger.flag(["1"]), "flag()"));
    }
    assertEquals(counts, [2, 3]);
    for (const key of ["dataset1.20240131.csv", "dataset1.3.csv"]) {
      assertEquals(await textOf(store.storage, key), backup);
    }
    const rows = await Array.fromAsync(readDataset(store.storage, "dataset1.csv"));
    assertEquals(rows.map(({ a }) => a).slice(0, 3), ["old", "1", "1"]);
  }
});

Deno.test("CSVLogger.flag() finds a number after the largest ones", async () => {
  const cases = [
    ["dataset999999999999998.csv", "dataset999999999999999.csv"],
    ["dataset999999999999999.csv", "dataset1.csv"], // has no next one: it does not take part
    ["dataset9999999999999999.csv", "dataset1.csv"],
    ["dataset007.csv", "dataset8.csv"],
    ["dataset0.csv", "dataset1.csv"],
  ] as const;
  for (const [there, expected] of cases) {
    const storage = new MemoryAdapter();
    await storage.write(there, bytes("other,timestamp\r\n"));
    await using logger = await loggerOver(storage, ["a"]);
    assertEquals(await within(PATIENCE_MS, logger.flag(["1"]), there), 1);
    assertEquals(logger.datasetFile, expected, there);
    assertEquals(await textOf(storage, there), "other,timestamp\r\n");
  }
});

Deno.test("CSVLogger with a fixed name uses the next free sibling if the headers differ", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const { storage } = store;
    for (const key of ["mine.csv", "mine2.csv", "mine4.csv"]) {
      await storage.write(key, bytes("other,timestamp\r\n"));
    }
    const options = { datasetFileName: "mine.csv" };
    for (const count of [1, 2]) {
      await using logger = await loggerOver(storage, ["a"], options);
      assertEquals([await logger.flag(["1"]), logger.datasetFile], [count, "mine3.csv"]);
    }
    await using more = await loggerOver(storage, ["a"], options);
    assertEquals([await more.flag(["1"], "wrong"), more.datasetFile], [1, "mine5.csv"]);
    await using other = await loggerOver(storage, ["other"], options);
    assertEquals([await other.flag(["1"]), other.datasetFile], [1, "mine.csv"]);
  }
});

// Parts

/** Counts what is read of each object. */
function countReads(base: StorageAdapter): { storage: StorageAdapter; reads: string[] } {
  const reads: string[] = [];
  const storage = instead(base, {
    read(key, options) {
      reads.push(key);
      return base.read(key, options);
    },
  });
  return { storage, reads };
}

const REWRITE = { append: "none" } as const;
const PART = { maxPartBytes: 150 };

Deno.test("CSVLogger goes on in parts on a storage that rewrites, and counts on after a restart", async (t) => {
  for (const metadata of [true, false]) {
    await t.step(metadata ? "with metadata" : "without metadata", async () => {
      const base = new MemoryAdapter({ capabilities: { ...REWRITE, metadata } });
      await using first = await loggerOver(base, ["a"], PART);
      for (let i = 1; i <= 20; i++) assertEquals(await first.flag([`${i}`]), i);
      assertEquals([first.datasetFile, first.writeMode], ["dataset1.csv", "rewrite"]);
      const parts = await keysOf(base);
      assertGreater(parts.length, 3);
      for (const key of parts) {
        const text = await textOf(base, key);
        assert(text.startsWith("a,timestamp\r\n") && text.length < 200, key);
      }
      const { storage, reads } = countReads(base);
      await using second = await loggerOver(storage, ["a"], PART);
      assertEquals(await second.flag(["21"]), 21);
      const latest = `dataset1.${parts.length}.csv`;
      // The first part is read beside the listing, whatever the number of parts.
      const begun = reads.filter((key) => key !== latest && parts.includes(key));
      const old = new Set(begun.toSpliced(begun.indexOf("dataset1.csv"), 1));
      if (metadata) assertEquals([...old], [], "old parts were read");
      // The older logger sees the rows of the other one, also those after a roll.
      for (let i = 22; i <= 30; i++) {
        assertEquals(await (i % 2 === 0 ? first : second).flag([`${i}`]), i);
      }
      const rows = await Array.fromAsync(readDataset(base, "dataset1.csv"));
      assertEquals(rows.map(({ a }) => a), Array.from({ length: 30 }, (_, i) => `${i + 1}`));
    });
  }
});

Deno.test("CSVLogger.flag() goes on when parts vanish under it", async (t) => {
  const gone: Readonly<Record<string, (part: number, latest: number) => boolean>> = {
    "all": () => true,
    "the latest": (part, latest) => part === latest,
    "the first": (part) => part === 1,
    "one in the middle": (part) => part === 3,
    "all but the first": (part) => part > 1,
    "all but the latest": (part, latest) => part < latest,
  };
  for (const [what, isGone] of Object.entries(gone)) {
    await t.step(what, async () => {
      const storage = new MemoryAdapter({ capabilities: REWRITE });
      await using logger = await loggerOver(storage, ["a"], PART);
      for (let i = 1; i <= 20; i++) await logger.flag([`old ${i}`]);
      const keys = await keysOf(storage);
      for (const key of keys) {
        const part = Number(/\.(\d+)\.csv$/.exec(key)?.[1] ?? 1);
        if (isGone(part, keys.length)) await storage.delete(key);
      }
      const left = new Map<string, string>();
      for (const key of await keysOf(storage)) left.set(key, await textOf(storage, key));
      for (let i = 1; i <= 5; i++) {
        await within(PATIENCE_MS, logger.flag([`new ${i}`]), `flag() without ${what}`);
      }
      await using again = await loggerOver(storage, ["a"], PART);
      await within(PATIENCE_MS, again.flag(["restart"]), `flag() after ${what} vanished`);
      if (isGone(keys.length, keys.length)) {
        // Rows after a gap would not be read.
        const read = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
        assertEquals(read.filter(({ a }) => !a!.startsWith("old")).length, 6);
      }
      const texts: string[] = [];
      for (const key of await keysOf(storage)) {
        const text = await textOf(storage, key);
        assert(text.startsWith(left.get(key) ?? "a,timestamp\r\n"), `${key} lost rows`);
        const [header, ...rows] = parseStrictly(text);
        assertEquals(header, ["a", "timestamp"]);
        texts.push(...rows.map(([cell]) => cell!).filter((cell) => !cell.startsWith("old")));
      }
      assertEquals(texts.sort(), ["new 1", "new 2", "new 3", "new 4", "new 5", "restart"]);
    });
  }
});

// Times

Deno.test("CSVLogger timestamps are 26 characters and strictly increase", async () => {
  const storage = new MemoryAdapter();
  await using one = new CSVLogger({ storage, verbose: false });
  await using two = new CSVLogger({ storage, verbose: false });
  await one.setup(["a"], "one");
  await two.setup(["a"], "two");
  for (let i = 0; i < 200; i++) await (i % 2 === 0 ? one : two).flag([`${i}`]);
  await Promise.all(Array.from({ length: 200 }, (_, i) => one.flag([`${200 + i}`])));
  const rows = [];
  for (const key of ["one/dataset1.csv", "two/dataset1.csv"]) {
    for await (const row of readDataset(storage, key)) rows.push(row);
  }
  const times = rows.sort((a, b) => Number(a.a) - Number(b.a)).map(({ timestamp }) => timestamp!);
  assertEquals(times.length, 400);
  for (const [i, time] of times.entries()) {
    assertEquals(time.length, 26);
    assertMatch(time, FORM);
    if (i > 0) assert(time > times[i - 1]!, `${times[i - 1]} and ${time}`);
  }
  assert(Math.abs(Date.parse(`${times[0]}Z`) - Date.now()) < 60_000);
});

Deno.test("CSVLogger takes its time from the `now` option, also when that stands still or goes back", async () => {
  const storage = new MemoryAdapter();
  const clock = [5, 5, 5, 1000, 3, 1001, 0.5];
  const now = () => clock.shift()!;
  await using logger = new CSVLogger({ storage, verbose: false, now });
  await logger.setup(["a"], "");
  for (let i = 0; i < 7; i++) await logger.flag([`${i}`]);
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  const times = rows.map(({ timestamp }) => timestamp!);
  assertEquals(
    times.map((time) => time.slice(0, 23)),
    [5, 5, 5, 1000, 1000, 1001, 1001].map((ms) =>
      new Date(ms).toISOString().slice(0, 23).replace("T", " ")
    ),
  );
  assertEquals([...new Set(times)].sort(), times);
});

Deno.test("CSVLogger writes times by the `timestamp` option, made safe or not", async () => {
  const storage = new MemoryAdapter();
  const seen: number[] = [];
  const timestamp = (microseconds: number) => `at ${seen.push(microseconds)}, "sharp"`;
  await using logger = await loggerOver(storage, ["a"], { timestamp });
  assertEquals([await logger.flag(["1"]), await logger.flag(["2"])], [1, 2]);
  await using again = await loggerOver(storage, ["a"], { timestamp });
  assertEquals(await again.flag(["3"]), 3);
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(rows.map((row) => row.timestamp), [1, 2, 3].map((n) => `at ${n}, "sharp"`));
  assert(seen.every((time, i) => Number.isInteger(time) && (i === 0 || time > seen[i - 1]!)));
  assert(Math.abs(seen[0]! / 1000 - Date.now()) < 60_000);
});

// Notices

Deno.test("CSVLogger prints once which file it creates or uses, unless verbose is false", async () => {
  await using dir = new TempDir();
  const flaggingDir = `${dir.path}/flagged`;
  const flagTwice = async (options: LoggerOptions, where: string) => {
    await using logger = new CSVLogger(options);
    await logger.setup(["a"], where);
    await logger.flag(["1"]);
    await logger.flag(["2"]);
  };
  const said = (options: LoggerOptions, where: string) =>
    printedBy(() => flagTwice(options, where));
  const path = `${flaggingDir}/dataset1.csv`;
  assertEquals(await said({}, flaggingDir), [`Created dataset file at: ${path}`]);
  assertEquals(await said({}, `${flaggingDir}/`), [`Using existing dataset file at: ${path}`]);
  assertEquals(await said({ verbose: false }, flaggingDir), []);
  const storage = new MemoryAdapter();
  assertEquals(await said({ storage }, "x"), ["Created dataset file at: x/dataset1.csv"]);
  assertEquals(await said({ storage }, "x/"), ["Using existing dataset file at: x/dataset1.csv"]);
  const rewriting = new MemoryAdapter({ capabilities: REWRITE });
  assertEquals(await said({ storage: rewriting }, ""), [
    "Created dataset file at: dataset1.csv (rewrite)",
  ]);
});

Deno.test("Only CSVLogger is verbose by default", async () => {
  const said = (Logger: typeof ClassicCSVLogger | typeof SimpleCSVLogger, verbose?: boolean) =>
    printedBy(async () => {
      await using logger = new Logger({ storage: new MemoryAdapter(), verbose });
      await logger.setup(["a"], "");
      await logger.flag(["1"]);
    });
  assertEquals(await said(ClassicCSVLogger), []);
  assertEquals(await said(SimpleCSVLogger), []);
  assertEquals(await said(ClassicCSVLogger, true), ["Created dataset file at: log.csv"]);
});

Deno.test("CSVLogger.setup() creates nothing", async () => {
  await using dir = new TempDir();
  const root = `${dir.path}/flagged`;
  await using logger = new CSVLogger();
  await logger.setup(["a"], root);
  assertEquals([logger.datasetFile, logger.writeMode], [null, null]);
  await assertRejects(() => Deno.stat(root), Deno.errors.NotFound);
  assertEquals(await printedBy(() => logger.flag(["1"])), [
    `Created dataset file at: ${root}/dataset1.csv`,
  ]);
  assertEquals([logger.datasetFile, logger.writeMode], ["dataset1.csv", "append"]);
});

// Its sisters

Deno.test("ClassicCSVLogger always has the columns flag, username and timestamp", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const timestamp = () => TIME;
    await using logger = new ClassicCSVLogger({ storage: store.storage, timestamp });
    await logger.setup(["a"], "");
    assertEquals(await logger.flag(["1"]), 1);
    assertEquals(await logger.flag(["2"], "wrong", "=ada"), 2);
    assertEquals(await logger.flag(["3"], null, "ada"), 3);
    const header = "a,flag,username,timestamp\r\n";
    const rows = `1,,,${TIME}\r\n2,wrong,'=ada,${TIME}\r\n3,,ada,${TIME}\r\n`;
    assertEquals(await textOf(store.storage, "log.csv"), header + rows);
    await using other = new ClassicCSVLogger({ storage: store.storage, timestamp });
    await other.setup(["b"], "");
    assertEquals([await other.flag(["1"]), other.datasetFile], [1, "log2.csv"]);
  }
});

Deno.test("ChatCSVLogger.flag() writes what a person did to a message", async () => {
  const storage = new MemoryAdapter();
  await using chat = new ChatCSVLogger({ storage, timestamp: () => TIME });
  await chat.setup("");
  const messages = [{ role: "user", content: "=1+1" }];
  const cases = [
    [{ index: 1, value: "5", liked: true }, "5", "1", "Like"],
    [{ index: 1, value: "5", liked: false }, "5", "1", "Dislike"],
    [{ index: [0, 1], value: { text: "5" }, liked: "Spam" }, '{"text":"5"}', "[0,1]", "Spam"],
    [{ index: 0, value: "=5" }, "=5", "0", "Like"],
    [{ index: 0, value: null, liked: null }, "", "0", ""],
    [{ index: 0, value: "x", liked: "" }, "x", "0", ""],
    [{ index: 0, value: "x", liked: "=cmd" }, "x", "0", "=cmd"],
  ] as const;
  for (const [i, [like]] of cases.entries()) assertEquals(await chat.flag(like, messages), i + 1);
  const rows = await Array.fromAsync(readDataset(storage, "log.csv"));
  const expected = cases.map(([, value, index, flag]) => ({
    conversation: JSON.stringify(messages),
    index,
    value,
    flag,
    timestamp: TIME,
  }));
  assertEquals(rows, expected);
});

Deno.test("SimpleCSVLogger.flag() writes the values alone", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    for (const count of [1, 3]) {
      await using logger = new SimpleCSVLogger({ storage: store.storage });
      await logger.setup(["a", "b"], "");
      assertEquals(await logger.flag(["1", null], "wrong", "ada"), count);
      assertEquals(await logger.flag([null, null]), count + 1);
    }
    assertEquals(await textOf(store.storage, "log.csv"), "1,\r\n,\r\n1,\r\n,\r\n");
    await using wider = new SimpleCSVLogger({ storage: store.storage });
    await wider.setup(["a", "b", "c"], "");
    assertEquals([await wider.flag(["1", "2", "3"]), wider.datasetFile], [1, "log2.csv"]);
    await assertRejects(() => wider.setup([]), TypeError, "without a component");
  }
});

Deno.test("SimpleCSVLogger.flag() counts rows of one empty cell", async () => {
  const storage = new MemoryAdapter();
  for (const count of [1, 2, 3]) {
    await using logger = new SimpleCSVLogger({ storage });
    await logger.setup(["a"], "");
    assertEquals(await logger.flag([null]), count);
  }
  assertEquals(await textOf(storage, "log.csv"), '""\r\n'.repeat(3));
});

Deno.test("SimpleCSVLogger goes on in its file after a restart when the first row is over 1 MiB", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const long = "x".repeat(3_000_000);
    for (const count of [1, 2, 3]) {
      await using logger = new SimpleCSVLogger({ storage: store.again() });
      await logger.setup(["a", "b"], "");
      assertEquals(await logger.flag([long, "b"]), count);
      assertEquals(logger.datasetFile, "log.csv");
    }
  }
});
