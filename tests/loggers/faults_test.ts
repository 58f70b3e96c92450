import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Component } from "../../src/components/component.ts";
import { file, files } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { unescapeCell } from "../../src/csv/escape.ts";
import { readDataset, readRecords } from "../../src/reader/mod.ts";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger, type FlagOptions } from "../../src/loggers/csv_logger.ts";
import type { DatasetLogger } from "../../src/loggers/dataset_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { hasCode, StorageError } from "../../src/storage/storage_error.ts";
import {
  complaints,
  type Dataset,
  datasetsIn,
  keysOf,
  type Sent,
  textOf,
} from "../helpers/dataset_check.ts";
import { runScript, type ScriptOptions, startScript } from "../helpers/deno.ts";
import { Barrier } from "../helpers/barrier.ts";
import { failing, failure } from "../helpers/failing_adapter.ts";
import type { WriterJob, WriterLine } from "../helpers/flag_writer.ts";
import { boundByModes, limitedTo } from "../helpers/limits.ts";
import { linesOf } from "../helpers/lines.ts";
import { rowText } from "../helpers/row_text.ts";
import { instead, STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";

// A longer run raises these.
const PROCESSES = 8;
const FLAGS_EACH = 200;
const KILLS_BY_LENGTH: Readonly<Record<number, number>> = { 100: 8, 20_000: 7, 1_048_576: 5 };
const UNAWAITED = 1000;

const KILLED_WITHIN_MS = 25;
const PATIENCE_MS = 20_000;
const SETTLES_WITHIN_MS = 5000;
const LIMIT_KIB = 64;
const WRITER = new URL("../helpers/flag_writer.ts", import.meta.url);
const quiet = { verbose: false } as const;

// Mistakes of a caller

Deno.test("flag() refuses a sample of another length, and writes nothing", async (t) => {
  const samples: Readonly<Record<string, unknown>> = {
    "none": [],
    "too few": ["a"],
    "too many": ["a", "b", "c"],
    "a text of that length": "ab",
    "an object of that length": { length: 2, 0: "a", 1: "b" },
    "null": null,
    "undefined": undefined,
  };
  for (const [name, make] of Object.entries(STORES)) {
    for (const Logger of [CSVLogger, ClassicCSVLogger, SimpleCSVLogger]) {
      await t.step(`${Logger.name}, ${name}`, async () => {
        await using store = make();
        await using logger = new Logger({ storage: store.storage, ...quiet });
        await logger.setup(["one", file("two")]);
        for (const [what, sample] of Object.entries(samples)) {
          const flagged = logger.flag(sample as unknown[]);
          const { message } = await assertRejects(() => flagged, TypeError, "must have 2 values");
          assertStringIncludes(message, '"one", "two"', what);
        }
        assertEquals(await keysOf(store.storage), []);
        assertEquals(logger.datasetFile, null);
      });
    }
  }
});

const LABELS: readonly (string | null)[] = [
  "",
  null,
  ".",
  "..",
  "...",
  "/",
  "a/b",
  "../../etc",
  "a\\b",
  "\\",
  "CON",
  "nul.txt",
  "com1",
  "x".repeat(300),
  "é🌍".repeat(100),
  "e\u0301",
  "dataset1.csv",
  "DATASET1.CSV",
  "dataset1",
  "log.csv",
  "flagged",
  "timestamp",
  "a\0b\x07\x85",
  "line\r\nbreak",
  ".flagstone-stage-0",
  "-rf",
  "=1+1",
  "'quoted",
  "__proto__",
  "constructor",
  " ",
  ".hidden",
  "a.",
  "\ud800",
  "\ufeffmark",
  "\u202eright to left",
];

/** Whether a name is one on every system: of no device, of no odd character, not too long. */
function isPortable(name: string): boolean {
  const isDevice = /^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i.test(name);
  return !isDevice && !/[\p{Cc}<>:"|?*\\]|^\.{0,2}$/u.test(name) &&
    new TextEncoder().encode(name).length <= 200;
}

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`flag() stores a file under any label, ${name}`, async (t) => {
    for (const label of LABELS) {
      await t.step(JSON.stringify(label).slice(0, 30), async () => {
        await using store = make();
        const { storage } = store;
        for (const dir of ["", "deep/er"]) {
          await using logger = new CSVLogger({ storage, ...quiet });
          await logger.setup([file(label), "other"], dir);
          assertEquals(await logger.flag([new File(["1"], "a.txt"), "x"]), 1);
          assertEquals(await logger.flag([new File(["2"], "a.txt"), "x"]), 2);
          const key = `${dir === "" ? "" : `${dir}/`}dataset1.csv`;
          assertEquals(logger.datasetFile, key);
          const [header, ...rows] = await Array.fromAsync(readRecords(storage, key));
          const column = (label ?? "").toWellFormed().replace(/^\ufeff/, "") || "component 0";
          assertEquals(unescapeCell(header?.[0] ?? ""), column);
          for (const [i, [path = ""]] of rows.entries()) {
            const at = dir === "" ? path : `${dir}/${path}`;
            assertEquals(await textOf(storage, at), `${i + 1}`);
            assertEquals(path.split("/").length, 3, path);
            assert(path.split("/").every(isPortable), path);
          }
          // A restarted program finds its file.
          await using again = new CSVLogger({ storage: store.again(), ...quiet });
          await again.setup([file(label), "other"], dir);
          assertEquals(await again.flag([null, "x"]), 3);
        }
      });
    }
  });
}

Deno.test("flag() stores a file under a label that is the data file's name", async () => {
  await using dir = new TempDir();
  for (const datasetFileName of ["mine.csv", "mine", "mine.data", "MINE"]) {
    const storage = new LocalFsAdapter({ root: `${dir.path}/${datasetFileName}` });
    const labels = [datasetFileName, datasetFileName.toLowerCase(), "mine.csv"];
    for (const [i, label] of labels.entries()) {
      await using logger = new CSVLogger({ storage, datasetFileName, ...quiet });
      await logger.setup([file(label)], `${i}`);
      assertEquals(await logger.flag([new File(["1"], datasetFileName)]), 1);
      assertEquals(logger.datasetFile, `${i}/${datasetFileName}`);
    }
  }
});

Deno.test("a logger refuses keys that lead out of the storage", async (t) => {
  const bad = ["..", "../x", "a/../../x", "/etc", "a//b", ".", "./a", "a\\b", "a\nb"];
  for (const [name, make] of Object.entries(STORES)) {
    await t.step(`as a directory, ${name}`, async () => {
      await using store = make();
      for (const dir of bad) {
        await using logger = new CSVLogger({ storage: store.storage, ...quiet });
        const error = await assertRejects(() => logger.setup(["a"], dir), StorageError);
        assertEquals(error.code, "InvalidKey", dir);
        await assertRejects(() => logger.flag(["a"]), Error, "setup()");
      }
      assertEquals(await keysOf(store.storage), []);
    });
  }
  await t.step("as a file's name", () => {
    const storage = new MemoryAdapter();
    for (const datasetFileName of [...bad, "", ".flagstone-x", "x".repeat(201), "\ud800"]) {
      assertThrows(() => new CSVLogger({ storage, datasetFileName }), Error, "", datasetFileName);
    }
  });
});

Deno.test("flag() refuses before setup() and after disposal", async (t) => {
  const loggers: readonly (() => DatasetLogger)[] = [CSVLogger, ClassicCSVLogger, SimpleCSVLogger]
    .map((Logger) => () => new Logger({ storage: new MemoryAdapter(), ...quiet }));
  for (const make of loggers) {
    const logger = make();
    await t.step(logger.constructor.name, async () => {
      await assertRejects(() => logger.flag(["a"]), Error, "setup() was not called");
      await logger.setup(["a"]);
      assertEquals(await logger.flag(["a"]), 1);
      await logger[Symbol.asyncDispose]();
      await logger[Symbol.asyncDispose]();
      await logger.flush();
      await assertRejects(() => logger.flag(["a"]), Error, "disposed");
      await assertRejects(() => logger.setup(["a"]), Error, "disposed");
    });
  }
});

Deno.test("flag() never throws, it rejects", async (t) => {
  const storage = new MemoryAdapter();
  const failing = () => {
    throw new Error("on purpose");
  };
  const broken: Component = { label: "a", toCell: failing };
  const setups: Readonly<Record<string, () => Promise<CSVLogger>>> = {
    "a timestamp that throws": () =>
      ready(new CSVLogger({ storage, ...quiet, timestamp: failing })),
    "a clock that throws": () => ready(new CSVLogger({ storage, ...quiet, now: failing })),
    "a clock that tells no time": () => ready(new CSVLogger({ storage, ...quiet, now: () => NaN })),
    "a component that throws": () => ready(new CSVLogger({ storage, ...quiet }), [broken]),
    "no setup": () => Promise.resolve(new CSVLogger({ storage })),
  };
  for (const [what, make] of Object.entries(setups)) {
    await t.step(what, async () => {
      await using logger = await make();
      await assertRejects(() => logger.flag(["a"]));
    });
  }
  await t.step("an option, a username or an id that is not a string", async () => {
    await using logger = await ready(new CSVLogger({ storage, ...quiet, sampleId: true }));
    const no = 5 as unknown as string;
    await assertRejects(() => logger.flag(["a"], no), TypeError);
    await assertRejects(() => logger.flag(["a"], null, no), TypeError);
    await assertRejects(() => logger.flag(["a"], null, null, { id: no }), TypeError);
  });
  await t.step(
    "an id that the logger or the caller must not give, or an unknown option",
    async () => {
      await using plain = await ready(new CSVLogger({ storage, ...quiet }));
      await assertRejects(() => plain.flag(["a"], null, null, { id: "1" }), TypeError);
      const other = { ids: "1" } as FlagOptions;
      await assertRejects(() => plain.flag(["a"], null, null, other), TypeError);
      await using withIds = await ready(new CSVLogger({ storage, ...quiet, sampleId: true }));
      await assertRejects(() => withIds.flag(["a"], null, null, { id: "" }), TypeError);
    },
  );
  await t.step("a like that is not an object", async () => {
    await using chat = new ChatCSVLogger({ storage });
    await chat.setup();
    await assertRejects(() => chat.flag(null as never, []), TypeError);
  });
  assertEquals(await keysOf(storage), []);
});

async function ready(
  logger: CSVLogger,
  components: readonly (Component | string)[] = ["a"],
): Promise<CSVLogger> {
  await logger.setup(components);
  return logger;
}

// Files

/** A stream of some bytes that then fails. */
function brokenStream(): ReadableStream<Uint8Array> {
  let pulls = 0;
  return new ReadableStream({
    pull(controller) {
      if (++pulls < 3) controller.enqueue(new Uint8Array(70_000));
      else controller.error(new Error("the source broke"));
    },
  });
}

function fileData(path: string): Record<string, unknown> {
  return { path, orig_name: "x.txt", meta: { _type: "gradio.FileData" } };
}

const good = (): File => new File(["good"], "good.txt");
const throwing: Component = {
  label: "throws",
  toCell() {
    throw new Error("on purpose");
  },
};
const rejecting: Component = {
  label: "rejects",
  toCell: () => new Promise((_, reject) => setTimeout(() => reject(new Error("on purpose")), 2)),
};

/** Samples that are refused and leave no files: their components, their values, the message. */
const LEAVING_NOTHING: Readonly<
  Record<string, readonly [components: Component[], data: () => unknown[], message: string]>
> = {
  "a FileData of no key of the storage": [
    [file("a"), file("b")],
    () => [good(), fileData("gone.txt")],
    'Cannot store the file "gone.txt" of "b"',
  ],
  "a FileData that open() does not find": [
    [file("a"), file("b", { open: () => null })],
    () => [good(), fileData("gone.txt")],
    "found no such file",
  ],
  "an open() that throws": [
    [file("a"), file("b", { open: () => Promise.reject(new Error("on purpose")) })],
    () => [good(), fileData("x")],
    "on purpose",
  ],
  "a stream that fails half-way": [
    [file("a"), file("b")],
    () => [good(), brokenStream()],
    "the source broke",
  ],
  "a stream that fails half-way, in a value": [
    [value("a"), value("b")],
    () => [{ deep: [good()] }, { deep: [good(), brokenStream()] }],
    "the source broke",
  ],
  "a stream that was read before": [
    [file("a"), file("b")],
    () => {
      const stream = new Blob(["x"]).stream();
      stream.getReader();
      return [good(), stream];
    },
    "",
  ],
  "one of many files that is missing": [
    [files("a")],
    () => [[good(), good(), fileData("gone"), good()]],
    "gone",
  ],
  "a component that throws while another one stores a file": [
    [file("a"), throwing],
    () => [good(), 1],
    "on purpose",
  ],
  "a component that throws before another one stores a file": [
    [throwing, file("a")],
    () => [1, good()],
    "on purpose",
  ],
  "a component that throws while another one fails": [
    [file("a"), file("b"), throwing],
    () => [good(), fileData("gone"), 1],
    "gone",
  ],
  "a component that rejects behind a file": [
    [file("a"), rejecting],
    () => [good(), 1],
    "on purpose",
  ],
  "a value that is no file": [[file("a"), file("b")], () => [good(), { no: "file" }], "no file"],
  "a list that is none": [
    [file("a"), files("b")],
    () => [good(), good()],
    "not an array of files: pass a list, or use file() for one file",
  ],
  "a value that JSON cannot tell": [[file("a"), value("b")], () => [good(), new Map()], "no Map"],
};

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`flag() leaves no files when a sample is refused, ${name}`, async (t) => {
    for (const [what, [components, data, message]] of Object.entries(LEAVING_NOTHING)) {
      await t.step(what, async () => {
        await using store = make();
        await using logger = new CSVLogger({ storage: store.storage, ...quiet });
        await logger.setup(components);
        // An unhandled rejection also fails the test.
        await assertRejects(() => logger.flag(data()), Error, message);
        await new Promise((done) => setTimeout(done, 5));
        assertEquals(await keysOf(store.storage), []);
        if (store.storage instanceof LocalFsAdapter) {
          assertEquals([...Deno.readDirSync(store.storage.root)], [], "empty directories");
        }
      });
    }
  });

  Deno.test(`flag() opens no file because a request names it, ${name}`, async (t) => {
    await using outside = new TempDir();
    Deno.writeTextFileSync(`${outside.path}/secret`, "root:x:0:0");
    const paths = [
      "/etc/passwd",
      "../secret",
      "../../../../../../etc/passwd",
      "file:///etc/passwd",
      `file://${outside.path}/secret`,
      `${outside.path}/secret`,
      "http://127.0.0.1:1/",
      "\\\\host\\share",
      "C:\\secret",
      "a/../b",
      "",
      "\0",
    ];
    for (const path of paths) {
      await t.step(JSON.stringify(path), async () => {
        await using store = make();
        const { storage } = store;
        const one = fileData(path);
        await using told = new CSVLogger({ storage, simplifyFileData: false, ...quiet });
        await told.setup([value("a"), value("b")]);
        assertEquals(await told.flag([one, { deep: [[one]] }]), 1);
        assertEquals(await keysOf(storage), ["flagged/dataset1.csv"]);
        const [row] = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
        assertEquals(JSON.parse(row!.a!).path, path);
        assertEquals(JSON.parse(row!.b!).deep[0][0].path, path);

        const cases: readonly (readonly [Component, unknown])[] = [
          [file("c"), one],
          [file("c"), { deep: [{ deeper: one }] }],
          [files("c"), [good(), one]],
        ];
        for (const [component, sample] of cases) {
          await using logger = new CSVLogger({ storage, ...quiet });
          await logger.setup([component]);
          await assertRejects(() => logger.flag([sample]), Error, "Cannot store the file");
        }
        assertEquals(await keysOf(storage), ["flagged/dataset1.csv"]);
      });
    }
  });
}

// Storage that fails

Deno.test("flag() asks again when the first listing was lost", async () => {
  const base = new MemoryAdapter();
  let listings = 0;
  const storage = instead(base, {
    async *list(options) {
      if (++listings <= 2) {
        throw new StorageError("lost", { code: "Unavailable", adapter: "memory" });
      }
      yield* base.list(options);
    },
  });
  await base.write("flagged/dataset7.csv", new TextEncoder().encode("a,timestamp\r\n"));
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup(["a"]);
  assertEquals(await logger.flag(["1"]), 1);
  assertEquals([listings, logger.datasetFile], [3, "flagged/dataset7.csv"]);
});

Deno.test("flag() rejects, and works later, when the listing fails for good", async () => {
  const base = new MemoryAdapter();
  let isDenied = true;
  const storage = instead(base, {
    async *list(options) {
      if (isDenied) throw new StorageError("no", { code: "PermissionDenied", adapter: "memory" });
      yield* base.list(options);
    },
  });
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("a")]);
  const both = await Promise.allSettled([logger.flag([good()]), logger.flag([good()])]);
  assert(both.every((one) => one.status === "rejected" && hasCode(one.reason, "PermissionDenied")));
  assertEquals(await keysOf(base), []);
  isDenied = false;
  assertEquals(await logger.flag([good()]), 1);
});

Deno.test("flag() goes on in the next file when a directory has the file's name", async (t) => {
  for (const inside of [[], ["x"], ["dataset9.csv"]]) {
    await t.step(inside.length === 0 ? "and is empty" : `and holds ${inside}`, async () => {
      await using dir = new TempDir();
      for (const name of ["dataset3.csv", "dataset1.csv", "log.csv"]) {
        Deno.mkdirSync(`${dir.path}/${name}`);
        for (const file of inside) Deno.writeTextFileSync(`${dir.path}/${name}/${file}`, "x");
      }
      const storage = new LocalFsAdapter({ root: dir.path });
      const cases = [
        [new CSVLogger({ storage, ...quiet }), "dataset2.csv"],
        [new ClassicCSVLogger({ storage }), "log2.csv"],
        [new SimpleCSVLogger({ storage }), "log3.csv"],
      ] as const;
      for (const [logger, expected] of cases) {
        await logger.setup(["a"], "");
        assertEquals(await within(PATIENCE_MS, logger.flag(["1"]), "flag()"), 1);
        assertEquals(await logger.flag(["1"]), 2);
        assertEquals(logger.datasetFile, expected);
      }
    });
  }
});

// Processes

interface Written {
  readonly lines: readonly WriterLine[];
  readonly signal: Deno.Signal | null;
}

async function write(job: WriterJob, options: Omit<ScriptOptions, "args"> = {}): Promise<Written> {
  const args = [JSON.stringify(job)];
  const { success, signal, stdout, stderr } = await runScript(WRITER, { ...options, args });
  assert(success, stderr);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { lines: lines.map((line) => JSON.parse(line)), signal };
}

function sentBy(job: WriterJob, lines: readonly WriterLine[]): Sent[] {
  const [idColumn, textColumn] = job.labels ?? ["id", "text"];
  return lines.map(({ id, count, outcome }) => ({
    id,
    cells: { [idColumn]: id, [textColumn]: rowText(id, job.length ?? 20) },
    told: count !== undefined ? { count } : outcome === "unknown" ? "unknown" : "refused",
  }));
}

/** The datasets of a root without the columns that differ by chance; its files are looked at. */
async function found(root: string, fileLength?: number): Promise<Dataset[]> {
  const storage = new LocalFsAdapter({ root });
  const cut = fileLength === undefined ? -1 : -2;
  const datasets = await datasetsIn(storage);
  for (const { rows } of fileLength === undefined ? [] : datasets) {
    for (const row of rows) {
      assertEquals(await textOf(storage, row.at(-2)!), rowText(row[0]!, fileLength!), row[0]);
    }
  }
  return datasets.map((one) => ({
    ...one,
    header: one.header.slice(0, cut),
    rows: one.rows.map((row) => row.slice(0, cut)),
  }));
}

const OTHER_LABELS = ["id", "other text"] as const;

for (const others of [0, 2]) {
  const kinds = others === 0 ? "" : `, ${others} of them with other headers`;
  Deno.test(`${PROCESSES} processes flag into one empty directory${kinds}`, async () => {
    await using dir = new TempDir();
    const root = `${dir.path}/root`;
    await using barrier = new Barrier(PROCESSES);
    const { port } = barrier;
    const jobs = Array.from({ length: PROCESSES }, (_, i): WriterJob => {
      const labels = i < others ? { labels: OTHER_LABELS } : {};
      return {
        root,
        writer: `w${i}`,
        rows: FLAGS_EACH,
        burst: 1 + i % 4,
        barrier: port,
        ...labels,
      };
    });
    const written = await Promise.all(jobs.map((job) => write(job)));
    const sent = written.flatMap(({ lines }, i) => sentBy(jobs[i]!, lines));
    assertEquals(sent.length, PROCESSES * FLAGS_EACH);
    assertEquals(sent.filter(({ told }) => typeof told !== "object"), []);
    const datasets = await found(root);
    assertEquals(complaints(datasets, sent), []);
    // A file is created only if the newest one has other columns: two neighbours never have the same.
    // A process that comes late may find the other columns in the newest file, and create one more.
    const columns = datasets.map(({ header }) => header.join());
    assertEquals(new Set(columns).size, others === 0 ? 1 : 2);
    assertEquals(columns.filter((each, i) => each === columns[i - 1]), []);
    assertEquals((await keysOf(new LocalFsAdapter({ root }))).length, datasets.length);
  });
}

/** Starts a writer, and kills it at a moment after it began. */
async function writeUntilKilled(job: WriterJob): Promise<WriterLine[]> {
  const child = startScript(WRITER, { args: [JSON.stringify(job)] });
  const errors = new Response(child.stderr).text();
  const lines: WriterLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const line of linesOf(child.stdout)) {
    lines.push(JSON.parse(line));
    timer ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * KILLED_WITHIN_MS);
  }
  clearTimeout(timer);
  assertEquals((await child.status).signal, "SIGKILL", await errors);
  return lines;
}

for (const [length, kills] of Object.entries(KILLS_BY_LENGTH)) {
  Deno.test(`flag() keeps rows of ${length} bytes when the process is killed ${kills} times`, async () => {
    await using dir = new TempDir();
    const root = `${dir.path}/root`;
    const sent: Sent[] = [];
    const burst = 4;
    const fileLength = 5000;
    for (let round = 1; round <= kills; round++) {
      const writer = `r${round}`;
      const job = { root, writer, rows: 1e9, length: Number(length), fileLength, burst };
      const lines = await writeUntilKilled(job);
      sent.push(...sentBy(job, lines));
      // Some of the next rows may have been written without being acknowledged.
      const heard = new Set(lines.map(({ id }) => id));
      const unheard = Array.from({ length: lines.length + 2 * burst }, (_, i) => `${writer}-${i}`)
        .filter((id) => !heard.has(id)).map((id) => ({ id, outcome: "unknown" }));
      sent.push(...sentBy(job, unheard));
    }
    const last = { root, writer: "last", rows: 3, length: Number(length), fileLength };
    const { lines } = await write(last);
    sent.push(...sentBy(last, lines));
    assertEquals(complaints(await found(root, fileLength), sent), []);
    assertGreater(sent.filter(({ told }) => typeof told === "object").length, kills + 2);
    const others = (await keysOf(new LocalFsAdapter({ root })))
      .filter((key) =>
        !/^(dataset1\.csv(\.torn-[0-9a-f]{8})?|file\/[0-9a-f]{20}\/f\.txt)$/.test(key)
      );
    assertEquals(others, []);
  });
}

Deno.test("flag() keeps whole rows only when the disk becomes full in the middle of one", async (t) => {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  const job: WriterJob = { root, writer: "full", rows: 12, length: 9000 };
  const sent: Sent[] = [];
  let kept = 0;
  await t.step("the rows that fit are kept, the others are refused", async () => {
    const { lines } = await write(job, { through: limitedTo(LIMIT_KIB) });
    sent.push(...sentBy(job, lines));
    kept = lines.filter(({ count }) => count !== undefined).length;
    assert(kept > 1 && kept < job.rows, `${kept} rows fitted`);
    assertEquals(lines.slice(kept).map(({ outcome }) => outcome), [
      ...Array(job.rows - kept).fill("not-applied"),
    ]);
    assertEquals(complaints(await found(root), sent), []);
    assertEquals(await keysOf(new LocalFsAdapter({ root })), ["dataset1.csv"]);
  });
  await t.step("it goes on when there is space", async () => {
    const again = { ...job, writer: "space" };
    const { lines } = await write(again);
    sent.push(...sentBy(again, lines));
    assertEquals(lines.map(({ count }) => count), lines.map((_, i) => kept + i + 1));
    assertEquals(complaints(await found(root), sent), []);
  });
});

Deno.test("flag() leaves nothing of a sample whose file does not fit on the disk", async () => {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  const job: WriterJob = { root, writer: "full", rows: 3, fileLength: 100_000 };
  const { lines } = await write(job, { through: limitedTo(LIMIT_KIB) });
  assertEquals(lines.map(({ outcome }) => outcome), Array(3).fill("not-applied"));
  assertEquals([...Deno.readDirSync(root)], []);
});

Deno.test("flag() leaves no files in a directory that is read-only", async () => {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  await write({ root, writer: "before", rows: 2 });
  Deno.chmodSync(`${root}/dataset1.csv`, 0o444);
  Deno.chmodSync(root, 0o555);
  const before = await textOf(new LocalFsAdapter({ root }), "dataset1.csv");
  const through = await boundByModes();
  // Root without the tool meets modes nowhere: then it is Deno that does not let it write.
  const permissions = through === null ? ["--allow-read", "--allow-env"] : ["-A"];
  for (const kind of [{}, { fileLength: 10 }, { labels: OTHER_LABELS }]) {
    const job: WriterJob = { root, writer: "denied", rows: 2, ...kind };
    const { lines } = await write(job, { through: through ?? [], permissions });
    for (const { code, outcome } of lines) {
      assertEquals([code, outcome], ["PermissionDenied", "not-applied"]);
    }
  }
  Deno.chmodSync(root, 0o755);
  assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["dataset1.csv"]);
  assertEquals(await textOf(new LocalFsAdapter({ root }), "dataset1.csv"), before);
});

Deno.test("flag() rejects when its directory is a link to nowhere, such as a disk not mounted", async (t) => {
  for (const where of ["the root", "a directory"]) {
    await t.step(where, async () => {
      await using dir = new TempDir();
      // In a process of its own: what goes on for ever would keep this one busy.
      Deno.symlinkSync(`${dir.path}/not-mounted/x`, `${dir.path}/link`);
      const root = where === "the root" ? `${dir.path}/link` : `${dir.path}/link/below`;
      const args = [JSON.stringify({ root, writer: "w", rows: 1 })];
      const child = startScript(WRITER, { args });
      const [stdout, stderr] = [
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ];
      const timer = setTimeout(() => child.kill("SIGKILL"), SETTLES_WITHIN_MS);
      const { signal } = await child.status;
      clearTimeout(timer);
      await stderr;
      assertEquals(signal, null, "flag() did not settle");
      assertEquals(JSON.parse(await stdout).outcome, "not-applied");
    });
  }
});

// Many at once

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`a logger keeps ${UNAWAITED} unawaited samples when it is disposed of, ${name}`, async () => {
    await using store = make();
    const { storage } = store;
    const sent: Sent[] = [];
    {
      await using logger = new CSVLogger({ storage, ...quiet, maxPartBytes: 20_000 });
      await logger.setup(["id", "text", file("file")], "");
      for (let i = 0; i < UNAWAITED; i++) {
        const [id, text] = [`i${i}`, rowText(`i${i}`, i % 50)];
        const attached = i % 50 === 0 ? new File([id], "x") : null;
        logger.flag([id, text, attached]).then(
          (count) => sent.push({ id, cells: { id, text }, told: { count } }),
        );
      }
    }
    assertEquals(sent.length, UNAWAITED);
    const datasets = (await datasetsIn(storage)).map((one) => ({
      ...one,
      header: one.header.slice(0, 2),
      rows: one.rows.map((row) => row.slice(0, 2)),
    }));
    assertEquals(complaints(datasets, sent), []);
    assertEquals(datasets.length, 1);
  });
}

Deno.test("flush() waits for samples that are flagged while it waits", async () => {
  await using logger = new CSVLogger({ storage: new MemoryAdapter(), ...quiet });
  await logger.setup(["a"]);
  let counts = 0;
  const again = async (times: number): Promise<void> => {
    await logger.flag([times]);
    counts++;
    if (times > 0) void again(times - 1);
  };
  void again(20);
  await logger.flush();
  assertGreater(counts, 0);
  await logger.flush();
});

Deno.test("disposal does not reject because a sample was refused", async () => {
  const logger = new CSVLogger({ storage: new MemoryAdapter(), ...quiet });
  await logger.setup(["a"]);
  const refused = assertRejects(() => logger.flag([]), TypeError);
  await logger[Symbol.asyncDispose]();
  await refused;
});

Deno.test("flag() outlasts as many lost answers as the `retry` option allows", async (t) => {
  const memory = new MemoryAdapter();
  let left = 0;
  const stores: Readonly<Record<string, () => StorageAdapter>> = {
    "of the first request": () =>
      failing(Array.from({ length: 12 }, () => ["Unavailable", "unknown"] as const)),
    "of the row": () => {
      left = 12;
      return instead(memory, {
        append(key, bytes, options) {
          return left-- > 0
            ? Promise.reject(failure("Unavailable", key, "unknown"))
            : memory.append!(key, bytes, options);
        },
      });
    },
  };
  for (const [which, open] of Object.entries(stores)) {
    await t.step(which, async () => {
      const flagOn = async (times: number) => {
        const retry = { times, delayMs: 1 };
        await using logger = new CSVLogger({ storage: open(), verbose: false, retry });
        await logger.setup(["a"], `${times}`);
        return await logger.flag(["1"]);
      };
      assertEquals(await flagOn(12), 1);
      const error = await assertRejects(() => flagOn(11), StorageError);
      assertEquals(error.code, "Unavailable");
    });
  }
});

/** A memory whose answers to the first writes of files are lost, or for ever. */
function losingAnswers(times: number): { storage: StorageAdapter; asked: () => number } {
  const memory = new MemoryAdapter();
  let asked = 0;
  const storage = instead(memory, {
    async write(key, body, options) {
      const info = await memory.write(key, body, options);
      if (++asked <= times) throw failure("Unavailable", key, "unknown");
      return info;
    },
  });
  return { storage, asked: () => asked };
}

const BYTES = new TextEncoder().encode("the content");
const FILE_SOURCES: Readonly<Record<string, () => File | Blob | Uint8Array>> = {
  "a File": () => new File([BYTES], "f.txt"),
  "a Blob": () => new Blob([BYTES]),
  "bytes": () => BYTES,
};

for (const [name, make] of Object.entries(FILE_SOURCES)) {
  Deno.test(`flag() stores ${name} again when the answer was lost`, async () => {
    const { storage, asked } = losingAnswers(3);
    await using logger = new CSVLogger({ storage, ...quiet, retry: { times: 3, delayMs: 1 } });
    await logger.setup([file("a")], "");
    assertEquals(await logger.flag([make()]), 1);
    assertEquals(asked(), 4);
    const [path, ...others] = await keysOf(storage, "a/");
    assertEquals(others, []);
    assertEquals(await textOf(storage, path!), "the content");
  });
}

Deno.test("flag() says that a sample is missing if it is unknown whether its file was saved", async (t) => {
  const sources = { ...FILE_SOURCES, "a stream": () => new Blob([BYTES]).stream() };
  for (const [name, make] of Object.entries(sources)) {
    await t.step(name, async () => {
      const { storage, asked } = losingAnswers(Infinity);
      await using logger = new CSVLogger({ storage, ...quiet, retry: { times: 2, delayMs: 1 } });
      await logger.setup([value("text"), file("a")], "");
      const error = await assertRejects(() => logger.flag(["x", make()]), StorageError);
      assertEquals([error.code, error.outcome], ["Unavailable", "not-applied"]);
      assertEquals(asked(), name === "a stream" ? 1 : 3); // which can be read but once
      assertEquals(await keysOf(storage), []);
    });
  }
});

Deno.test("flag() reads a file of the store again when that fails for a while", async () => {
  const memory = new MemoryAdapter();
  await memory.write("flagged/in/there.txt", BYTES);
  let asked = 0;
  const storage = instead(memory, {
    read(key, options) {
      const isAway = key === "flagged/in/there.txt" && ++asked <= 2;
      return isAway ? Promise.reject(failure("Unavailable", key)) : memory.read(key, options);
    },
  });
  await using logger = new CSVLogger({ storage, ...quiet, retry: { times: 2, delayMs: 1 } });
  await logger.setup([file("a")]);
  await logger.flag([{ path: "flagged/in/there.txt", meta: { _type: "gradio.FileData" } }]);
  assertEquals(asked, 3);
  const [path] = await keysOf(storage, "flagged/a/");
  assertEquals(await textOf(storage, path!), "the content");
});
