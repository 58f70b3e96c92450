import { assertEquals } from "@std/assert";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { STORES } from "../helpers/stores.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Flags three samples, edits the file, and flags another one: the questions that are there, and the files. */
async function edited(
  edit: (text: string) => string,
  options: CSVLoggerOptions = {},
): Promise<[questions: string, files: number]> {
  const storage = new MemoryAdapter();
  const flag = async (n: number) => {
    await using logger = new CSVLogger({ storage, verbose: false, ...options });
    await logger.setup(["q", "a"], "");
    await logger.flag([`q${n}`, `a${n}`], "wrong", "ada");
  };
  for (const n of [1, 2, 3]) await flag(n);
  await storage.write("dataset1.csv", bytes(edit(await textOf(storage, "dataset1.csv"))));
  await flag(4);
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  return [rows.map(({ q }) => q).join(), (await keysOf(storage)).length];
}

const iso = (microseconds: number) => new Date(microseconds / 1000).toISOString();
const FORMATS: Readonly<Record<string, CSVLoggerOptions["timestamp"]>> = {
  "the default": undefined,
  "ISO 8601": iso,
  "days": (us) => iso(us).slice(0, 10),
  "seconds since 1970": (us) => String(Math.floor(us / 1e6)),
  "milliseconds since 1970": (us) => String(Math.floor(us / 1e3)),
  "quoted text": (us) => `at ${iso(us)}, "sharp"`,
};

for (const [name, timestamp] of Object.entries(FORMATS)) {
  Deno.test(`CSVLogger.flag() keeps a last row without a line end, and sets it aside if it is cut: ${name}`, async () => {
    assertEquals(await edited((text) => text.trimEnd(), { timestamp }), ["q1,q2,q3,q4", 1]);
    for (let cut = 1; cut < 9; cut++) {
      if (timestamp === undefined && cut === ".ffffff".length) continue;
      const edit = (text: string) => text.trimEnd().slice(0, -cut);
      assertEquals(await edited(edit, { timestamp }), ["q1,q2,q4", 2], `cut by ${cut}`);
    }
    // The same for the only row: the form of the new one shows what is whole.
    const storage = new MemoryAdapter();
    const logger = () => new CSVLogger({ storage, verbose: false, timestamp });
    await using one = logger();
    await one.setup(["q"], "");
    await one.flag(["q1"]);
    await storage.write("dataset1.csv", bytes((await textOf(storage, "dataset1.csv")).trimEnd()));
    await using two = logger();
    await two.setup(["q"], "");
    assertEquals(await two.flag(["q2"]), 2);
  });
}

const EDITS: Readonly<Record<string, (text: string) => string>> = {
  "to the second": (text) => text.replace(/(\d\d:\d\d:\d\d)\.\d{6}/g, "$1"),
  "the last row to the second": (text) => text.replace(/\.\d{6}(?=\s*$)/, ""),
  "to the minute": (text) => text.replace(/(\d\d:\d\d):\d\d\.\d{6}/g, "$1"),
  "as 7/31/2026 9:05 PM": (text) => {
    let n = 9;
    return text.replace(
      /\d{4}-\S+ \S+/g,
      () => `${n}/${n * 3}/2026 ${n++}:05 ${n % 2 ? "A" : "P"}M`,
    );
  },
  "as 19:25.5": (text) => text.replace(/\d{4}-\S+ \d\d:(\d\d:\d\d\.\d)\d{5}/g, "$1"),
  "with the empty cells removed": (text) => text.replaceAll(",wrong,ada,", ","),
  "with a cell added": (text) => text.replaceAll(",wrong,ada,", ",wrong,ada,,"),
};

for (const [how, edit] of Object.entries(EDITS)) {
  Deno.test(`CSVLogger.flag() keeps a last row without a line end that a spreadsheet saved ${how}`, async () => {
    assertEquals(await edited((text) => edit(text).trimEnd()), ["q1,q2,q3,q4", 1]);
  });
}

Deno.test("SimpleCSVLogger.flag() keeps no half row, wherever the process was killed", async () => {
  const rows = ["2 + 2?,4\r\n", 'capital of France?,"Paris, ""of course"""\r\n', "x,y\r\n"];
  const whole = rows.join("");
  for (const make of Object.values(STORES)) {
    for (let cut = 0; cut < whole.length; cut++) {
      await using store = make();
      await store.storage.write("log.csv", bytes(whole.slice(0, cut)));
      await using logger = new SimpleCSVLogger({ storage: store.storage });
      await logger.setup(["q", "a"], "");
      const text = whole.slice(0, cut);
      // A CR ends a row as well.
      const kept = rows.filter((_, i) => rows.slice(0, i + 1).join("").length <= cut + 1);
      assertEquals(await logger.flag(["new", "row"]), kept.length + 1, text);
      const after = await textOf(store.storage, "log.csv");
      const before = text.slice(0, kept.join("").length);
      assertEquals(after, `${before}new,row\r\n`, text);
    }
  }
});

Deno.test("SimpleCSVLogger does not add rows under a header of their length", async () => {
  for (const make of Object.values(STORES)) {
    await using store = make();
    const { storage } = store;
    await storage.write("log.csv", bytes("question,timestamp\r\nq,2026-01-01 00:00:00.000000\r\n"));
    await using logger = new SimpleCSVLogger({ storage });
    await logger.setup(["q", "a"], "");
    assertEquals([await logger.flag(["1", "2"]), logger.datasetFile], [1, "log2.csv"]);
    // Its own first row may end with that word.
    await using own = new SimpleCSVLogger({ storage });
    await own.setup(["q", "a"], "own");
    assertEquals([await own.flag(["1", "timestamp"]), await own.flag(["2", "x"])], [1, 2]);
  }
});
