import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async/delay";
import { value } from "../../src/components/value.ts";
import { ChatCSVLogger, type LikeData } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import type { Components } from "../../src/loggers/flagging_callback.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { printedBy } from "../helpers/printed.ts";
import { TempDir } from "../helpers/temp_dir.ts";

function quiet(options: CSVLoggerOptions = {}): CSVLogger {
  return new CSVLogger({ storage: new MemoryAdapter(), verbose: false, ...options });
}

async function ready(options: CSVLoggerOptions = {}): Promise<CSVLogger> {
  const logger = quiet(options);
  await logger.setup(["question", "answer"]);
  return logger;
}

Deno.test("flag() before setup() says to call it", async () => {
  await assertRejects(() => quiet().flag(["q", "a"]), Error, "await logger.setup([...]) first");
});

Deno.test("flag() and setup() after disposal name the trap of a module-level await using", async () => {
  const logger = await ready();
  await logger[Symbol.asyncDispose]();
  const says = 'a module-level "await using" does that when the module ends, so use const';
  await assertRejects(() => logger.flag(["q", "a"]), Error, says);
  await assertRejects(() => logger.setup(["q"]), Error, says);
});

Deno.test("flag() lists the columns if there are too few or too many values", async () => {
  const logger = await ready();
  for (const data of [["q"], ["q", "a", "b"]]) {
    await assertRejects(
      () => logger.flag(data),
      TypeError,
      `it must have 2 values ("question", "answer"): current value has ${data.length}`,
    );
  }
});

Deno.test("flag() points to createLogger() if it gets an object", async () => {
  const logger = await ready();
  const sample = { question: "q", answer: "a" } as unknown as unknown[];
  await assertRejects(() => logger.flag(sample), TypeError, "createLogger() takes values by name");
});

Deno.test("flag() refuses an option, a username and an id that is not a string", async () => {
  const logger = await ready({ sampleId: true });
  const classic = new ClassicCSVLogger({ storage: new MemoryAdapter() });
  await classic.setup(["question", "answer"]);
  const data = ["q", "a"];
  const text = (given: unknown) => given as string;
  const cases: [Promise<number>, string][] = [
    [logger.flag(data, text(true)), "its flag must be a string: current value is true"],
    [logger.flag(data, "x", text(7)), "its username must be a string: current value is 7"],
    [logger.flag(data, "x", "y", { id: text(7) }), "its id must be a string: current value is 7"],
    [classic.flag(data, text(false)), "its flag must be a string: current value is false"],
  ];
  for (const [flagged, says] of cases) await assertRejects(() => flagged, TypeError, says);
  assertEquals(await logger.flag(data), 1);
});

const SETUPS: readonly (readonly [given: unknown, says: string])[] = [
  ["question", 'Cannot set up with "question": pass a list, such as ["question", "answer"]'],
  [[value], 'component 0 is a function: call it, as in value("label")'],
  [["a", undefined], "component 1 is undefined: pass a label or a component"],
  [[5], "component 0 is 5: pass a label or a component"],
  [[{ label: "x" }], "component 0 is an object without toCell(): pass its label, or value(label)"],
];

for (const [given, says] of SETUPS) {
  Deno.test(`setup() refuses ${Deno.inspect(given)}`, async () => {
    await assertRejects(() => quiet().setup(given as Components), TypeError, says);
  });
}

Deno.test("loggers refuse a string for options and a name that is not an option", () => {
  for (const Logger of [CSVLogger, ClassicCSVLogger, SimpleCSVLogger, ChatCSVLogger]) {
    assertThrows(
      () => new Logger("dir" as unknown as CSVLoggerOptions),
      TypeError,
      'a directory goes to setup(components, "dir")',
    );
    assertThrows(
      () => new Logger({ storge: new MemoryAdapter() } as CSVLoggerOptions),
      TypeError,
      'no option "storge": did you mean "storage"? The options are storage, verbose,',
    );
  }
  const simple = { sampleId: true } as CSVLoggerOptions;
  assertThrows(() => new SimpleCSVLogger(simple), TypeError, 'no option "sampleId"');
  for (const name of ["xyzzy", "x", ""]) {
    const foreign = { [name]: 1 } as CSVLoggerOptions;
    const says = `no option "${name}": the options are storage`;
    assertThrows(() => new CSVLogger(foreign), TypeError, says);
  }
  const cased = { datasetFilename: "a.csv" } as CSVLoggerOptions;
  assertThrows(() => new CSVLogger(cased), TypeError, 'did you mean "datasetFileName"?');
});

Deno.test("CSVLogger.flag() refuses a string for its options and a name that is not an option", async () => {
  const logger = await ready({ sampleId: true });
  const flagged = (options: unknown) => () =>
    logger.flag(["q", "a"], "x", "y", options as { id: string });
  const says =
    "Cannot flag the sample as its options must be an object of id, onKnown: current value is ";
  await assertRejects(flagged("key-1"), TypeError, `${says}"key-1"`);
  await assertRejects(flagged(null), TypeError, `${says}null`);
  await assertRejects(
    flagged({ ID: "1" }),
    TypeError,
    'Cannot flag the sample as there is no option "ID": did you mean "id"? The options are id',
  );
  assertEquals(await logger.flag(["q", "a"], "x", "y", { id: "1" }), 1);
});

const PREFIXES: Readonly<Record<string, string>> = {
  "./flagged": "flagged",
  "../flagged": "flagged",
  "~/x": "x",
  "file:///x/y": "x/y",
  "a\\b": "a/b",
  "/flagged": "flagged",
  "flagged//": "flagged",
};

for (const [directory, meant] of Object.entries(PREFIXES)) {
  Deno.test(`setup() with a storage refuses the directory ${directory}`, async () => {
    const error = await assertRejects(() => quiet().setup(["q"], directory), StorageError);
    assertEquals(error.code, "InvalidKey");
    assertStringIncludes(error.message, JSON.stringify(directory));
    assertStringIncludes(error.message, `did you mean ${JSON.stringify(meant)}?`);
  });
}

Deno.test("setup() without a storage refuses a directory that no file system expands", async () => {
  const logger = new CSVLogger({ verbose: false });
  await assertRejects(() => logger.setup(["q"], "~/x"), TypeError, '"~" in "~/x" is not expanded');
  await assertRejects(() => logger.setup(["q"], "file:///x"), TypeError, "pass new URL(");
  await logger.setup(["q"], "./flagged");
});

Deno.test("setup() without a storage takes the directory as a file URL, as its error says", async () => {
  await using dir = new TempDir();
  const url = new URL(`file://${dir.path}/logs`);
  const notices: string[] = [];
  const onNotice = (notice: string) => notices.push(notice);
  await using logger = new CSVLogger({ verbose: false, onNotice });
  await logger.setup(["q"], url);
  assertEquals(await logger.flag(["a"]), 1);
  assert((await Deno.readTextFile(`${dir.path}/logs/dataset1.csv`)).startsWith("q,timestamp"));
  assertEquals(notices, [`Created dataset file at: ${url}/dataset1.csv`]);
  const error = await assertRejects(() => quiet().setup(["q"], url), StorageError);
  assertEquals(error.code, "InvalidKey");
});

Deno.test("SimpleCSVLogger.setup() says what to pass if it gets nothing", async () => {
  const setup = () => new SimpleCSVLogger().setup(undefined as unknown as Components);
  await assertRejects(setup, TypeError, "Cannot set up with undefined: pass a list");
});

Deno.test("ChatCSVLogger.flag() names its arguments if they are swapped", async () => {
  const logger = new ChatCSVLogger({ storage: new MemoryAdapter() });
  await logger.setup();
  const [like, messages] = [{ index: 0, value: "5" }, ["5"]];
  await assertRejects(
    () => logger.flag(messages as unknown as LikeData, like as unknown as unknown[]),
    TypeError,
    "flag({ index, value, liked }, messages)",
  );
  for (const nothing of [undefined, null, "5"]) {
    await assertRejects(
      () => logger.flag(nothing as unknown as LikeData, messages),
      TypeError,
      "flag({ index, value, liked }, messages)",
    );
  }
  assertEquals(await logger.flag(like, messages), 1);
});

for (const labels of [["a", "a"], ["flag"], ["username"], ["timestamp"], ["id", "b"]]) {
  Deno.test(`setup() warns about the labels ${labels}, and the reader keeps all values`, async () => {
    const storage = new MemoryAdapter();
    const notices: string[] = [];
    const onNotice = (notice: string) => notices.push(notice);
    await using logger = quiet({ storage, onNotice, sampleId: true });
    await logger.setup(labels);
    assertStringIncludes(
      notices[0]!,
      `Columns share the name "${labels.at(-1) === "b" ? "id" : labels.at(-1)}": ` +
        "rename the component, or read the second column as ",
    );
    await logger.flag(labels.map((_, i) => `value ${i}`), "wrong", "ada", { id: "1" });
    const [row] = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
    const values = Object.values(row!);
    for (const text of [...labels.map((_, i) => `value ${i}`), "wrong", "ada", "1"]) {
      assert(values.includes(text), text);
    }
    if (labels.length === 2 && labels[0] === "a") assertEquals(row!["a (2)"], "value 1");
    if (labels[0] === "flag") assertEquals([row!.flag, row!["flag (2)"]], ["value 0", "wrong"]);
  });
}

Deno.test("onNotice hears of files, verbose prints to stderr, and neither can reject a sample", async () => {
  const notices: string[] = [];
  const onNotice = (notice: string) => {
    notices.push(notice);
    throw new Error("the hook failed");
  };
  const printed = await printedBy(async () => {
    await using logger = quiet({ onNotice, verbose: true });
    await logger.setup(["q"]);
    assertEquals(await logger.flag(["a"]), 1);
  });
  assertEquals(notices, ["Created dataset file at: flagged/dataset1.csv"]);
  assertEquals(printed, notices);
  const later = await ready({ onNotice: () => Promise.reject(new Error("the hook failed later")) });
  assertEquals(await later.flag(["q", "a"]), 1);
  await delay(0); // an unhandled rejection would fail this test
  const logger = await ready({ verbose: true });
  await printedBy(async () => assertEquals(await logger.flag(["q", "a"]), 1), () => {
    throw new Error("stderr is closed");
  });
});
