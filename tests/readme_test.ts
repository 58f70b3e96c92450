import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type AtomicScope,
  type Capabilities,
  ChatCSVLogger,
  ClassicCSVLogger,
  CSVLogger,
  file,
  LocalFsAdapter,
  MemoryAdapter,
  SimpleCSVLogger,
  type StorageAdapter,
  StorageError,
} from "@flagstone/flagging";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { readDataset, readRecords } from "@flagstone/flagging/reader";
import { S3Adapter } from "@flagstone/flagging/s3";
import { TempDir } from "./helpers/temp_dir.ts";

const README = await Deno.readTextFile(new URL("../README.md", import.meta.url));

const ADAPTERS: Readonly<Record<string, StorageAdapter>> = {
  "`new LocalFsAdapter({ root })`": new LocalFsAdapter({ root: "unused" }),
  "`new LocalFsAdapter({ root, durable: true })`": new LocalFsAdapter({
    root: "unused",
    durable: true,
  }),
  "`new MemoryAdapter()`": new MemoryAdapter(),
  "`new R2Adapter(env.BUCKET)`": new R2Adapter({} as R2BucketLike),
  "`new S3Adapter({ bucket, … })`": new S3Adapter({
    bucket: "unused",
    region: "unused",
    accessKeyId: "unused",
    secretAccessKey: "unused",
  }),
};

const SCOPES: Readonly<Record<AtomicScope, string>> = {
  none: "not offered",
  process: "this process",
  host: "this host",
  store: "every client",
};

const COLUMNS: readonly (readonly [name: string, cell: (offers: Capabilities) => string])[] = [
  ["Create if absent", ({ create }) => SCOPES[create]],
  ["Compare and swap", ({ swap }) => SCOPES[swap]],
  ["Append", ({ append }) => SCOPES[append]],
  ["Survives power loss", ({ durable }) => durable ? "yes" : "no"],
  ["A version comes back", ({ versions }) => versions === "unique" ? "never" : "with equal bytes"],
  ["Metadata", ({ metadata }) => metadata ? "kept" : "refused"],
];

/** The table of adapters, as `deno fmt` lays it out. */
function adapterTable(): string {
  const rows = [
    ["Adapter", ...COLUMNS.map(([name]) => name)],
    ...Object.entries(ADAPTERS).map(([name, { capabilities }]) => [
      name,
      ...COLUMNS.map(([, cell]) => cell(capabilities)),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`
  );
  return lines.toSpliced(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`)
    .join("\n");
}

Deno.test("README has the table of adapters that their capabilities give", () => {
  assertStringIncludes(README, `\n\n${adapterTable()}\n\n`);
});

Deno.test("README has the line to install and a whole program in its first 30 lines", () => {
  const start = README.split("\n").slice(0, 30).join("\n");
  assertStringIncludes(start, "deno add jsr:@flagstone/flagging");
  assertMatch(start, /```ts\n[^`]*\n```/);
});

Deno.test("README has each command with npx and with deno, and they are tasks", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  for (const task of ["demo", "test"]) {
    assertStringIncludes(README, `\nnpx -y deno@2.9.6 task ${task}\n`);
    assertStringIncludes(README, `\`deno task ${task}\``);
    assert(config.tasks[task] !== undefined);
  }
});

Deno.test("README links only to files that there are", async () => {
  for (const [, path] of README.matchAll(/\]\((?!https:)([^)]+)\)/g)) {
    assert((await Deno.stat(new URL(`../${path}`, import.meta.url))).isFile, path);
  }
});

const quiet = { verbose: false };

async function textOf(storage: StorageAdapter, key: string): Promise<string | null> {
  const found = await storage.read(key);
  return found && await new Response(found.body).text();
}

async function put(storage: StorageAdapter, key: string, text: string): Promise<void> {
  await storage.write(key, new TextEncoder().encode(text));
}

async function keysOf(storage: StorageAdapter): Promise<string[]> {
  return (await Array.fromAsync(storage.list())).map(({ key }) => key);
}

function rowsOf(storage: StorageAdapter, key: string) {
  return Array.fromAsync(readDataset(storage, key));
}

/** A logger of these labels in the root of a storage. */
async function loggerOf(storage: StorageAdapter, labels: readonly string[]): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, ...quiet });
  await logger.setup(labels, "");
  return logger;
}

/** The cells of one sample, as they stand in the file. */
async function cellsOf(...data: readonly unknown[]): Promise<string[]> {
  const storage = new MemoryAdapter();
  const logger = await loggerOf(storage, data.map((_, i) => `c${i}`));
  await logger.flag(data);
  const records = await Array.fromAsync(readRecords(storage, "dataset1.csv"));
  return records[1]!.slice(0, -1);
}

/** What README says is mended of Gradio, by the first words of its row. */
const MENDED: Readonly<Record<string, () => Promise<void>>> = {
  async "An option or a username that comes later"() {
    const storage = new MemoryAdapter();
    const logger = await loggerOf(storage, ["a"]);
    await logger.flag(["1"]);
    await logger.flag(["2"], "wrong");
    await logger.flag(["3"]);
    assertEquals((await rowsOf(storage, "dataset1.csv")).map(({ a }) => a), ["1"]);
    const later = (await rowsOf(storage, "dataset2.csv")).map(({ a, flag }) => [a, flag]);
    assertEquals(later, [["2", "wrong"], ["3", ""]]);
  },
  async "The headers of an existing `log.csv`"() {
    const storage = new MemoryAdapter();
    await put(storage, "log.csv", "x,y\r\n1,2\r\n");
    const logger = new ClassicCSVLogger({ storage, ...quiet });
    await logger.setup(["a"], "");
    assertEquals(await logger.flag(["1"]), 1);
    assertEquals(await textOf(storage, "log.csv"), "x,y\r\n1,2\r\n");
    assertEquals((await rowsOf(storage, "log2.csv")).length, 1);
  },
  async "`dataset_old.csv`, or a file that cannot be read"() {
    const storage = new MemoryAdapter();
    const others = { "dataset_old.csv": "a\r\n", "dataset1.csv": 'x,"', "dataset2.csv": "b\r\n" };
    for (const [key, text] of Object.entries(others)) await put(storage, key, text);
    const logger = await loggerOf(storage, ["a"]);
    await logger.flag(["1"]);
    assertEquals(logger.datasetFile, "dataset3.csv");
    for (const [key, text] of Object.entries(others)) {
      assertEquals(await textOf(storage, key), text);
    }
  },
  async "`dataset3 (copy).csv` gets the rows"() {
    const storage = new MemoryAdapter();
    await put(storage, "dataset3 (copy).csv", "a,timestamp\r\n");
    await put(storage, "dataset_export_2024.csv", "a,timestamp\r\n");
    const logger = await loggerOf(storage, ["a"]);
    await logger.flag(["1"]);
    assertEquals(logger.datasetFile, "dataset1.csv");
  },
  async "The chat log has five columns"() {
    const storage = new MemoryAdapter();
    const logger = new ChatCSVLogger({ storage, ...quiet });
    await logger.setup("");
    await logger.flag({ index: 0, value: "hi" }, ["hi"]);
    const records = await Array.fromAsync(readRecords(storage, "log.csv"));
    assertEquals(records.map(({ length }) => length), [5, 5]);
  },
  async "Fewer values than components"() {
    const storage = new MemoryAdapter();
    const logger = await loggerOf(storage, ["a", "b"]);
    await assertRejects(() => logger.flag(["1"]), TypeError);
    await assertRejects(() => logger.flag(["1", "2", "3"]), TypeError);
    assertEquals(await keysOf(storage), []);
  },
  async "A file without a final line end"() {
    const storage = new MemoryAdapter();
    const [header, row] = ["a,timestamp\r\n", "1,2026-01-01 00:00:00.000000"];
    await put(storage, "dataset1.csv", header + row);
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["2"]), 2);
    await put(storage, "dataset1.csv", `${header}${row}\r\n"torn, 20`);
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["2"]), 2);
    const [aside] = (await keysOf(storage)).filter((key) => key.includes(".torn-"));
    assertMatch(aside!, /^dataset1\.csv\.torn-[0-9a-f]{8}$/);
    assertEquals(await textOf(storage, aside!), '"torn, 20');
  },
  async "Labels with `,=`"() {
    const storage = new MemoryAdapter();
    for (const total of [1, 2]) {
      assertEquals(await (await loggerOf(storage, ["a,=b", "-c"])).flag(["1", "2"]), total);
    }
    assertEquals(await keysOf(storage), ["dataset1.csv"]);
  },
  async "A byte order mark"() {
    const storage = new MemoryAdapter();
    await put(storage, "dataset1.csv", "\ufeffa,timestamp\r\n1,t\r\n");
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["2"]), 2);
  },
  async "Long numbers, deep brackets"() {
    const long = "9".repeat(5000);
    const deep = "[".repeat(100_000);
    const odd = { path: "x", meta: "text" };
    const cells = await cellsOf(long, deep, odd, { __type__: 5 }, "\ud800");
    assertEquals(cells, [long, deep, JSON.stringify(odd), '{"__type__":5}', "\ufffd"]);
  },
  async "After a cell of more than 131072 characters"() {
    const storage = new MemoryAdapter();
    const logger = await loggerOf(storage, ["a"]);
    await logger.flag(["x".repeat(200_000)]);
    assertEquals(await logger.flag(["y"]), 2);
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["z"]), 3);
  },
  async "When the directory vanishes"() {
    await using dir = new TempDir();
    const root = `${dir.path}/flagged`;
    const logger = new CSVLogger(quiet);
    await logger.setup(["a"], root);
    await logger.flag(["1"]);
    for (const path of [root, `${root}/dataset1.csv`]) {
      await Deno.remove(path, { recursive: true });
      assertEquals(await logger.flag(["2"]), 1);
      assertEquals((await rowsOf(new LocalFsAdapter({ root }), "dataset1.csv"))[0]?.a, "2");
    }
  },
  async "A label equal to the data file's name"() {
    await using dir = new TempDir();
    const logger = new CSVLogger(quiet);
    await logger.setup([file("dataset1.csv")], dir.path);
    assertEquals(await logger.flag([new File(["x"], "x.txt")]), 1);
    const keys = await keysOf(new LocalFsAdapter({ root: dir.path }));
    assertMatch(keys.join(), /^dataset1\.csv,dataset1\.csv_\/[0-9a-f]{20}\/x\.txt$/);
  },
  async "Text that happens to be JSON"() {
    const texts = ["1.10", '"x"', "1e400", '{"a": 1, "a": 2}', "123456789012345678901234567890"];
    assertEquals(await cellsOf(...texts), texts);
  },
  async "Text that is the JSON of a FileData"() {
    const text = '{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}';
    assertEquals(await cellsOf(text), [text]);
  },
  async "`-5` becomes"() {
    assertEquals(await cellsOf(-5, "-1.5e3"), ["-5", "-1.5e3"]);
    const storage = new MemoryAdapter();
    const logger = new CSVLogger({ storage, ...quiet });
    await logger.setup([file("=a,-b")], "");
    await logger.flag([new File(["x"], "-c,=d.txt")]);
    const [[, record]] = [await Array.fromAsync(readRecords(storage, "dataset1.csv"))];
    assertEquals(await textOf(storage, record![0]!), "x");
  },
  async "No value becomes the text"() {
    assertEquals(await cellsOf(null, undefined, "x"), ["", "", "x"]);
  },
  async "A leading carriage return"() {
    assertEquals(await cellsOf("\r=1", "a,\r=1"), ["'\r=1", "'a,\r=1"]);
  },
  async "The simple logger counts one too few"() {
    const storage = new MemoryAdapter();
    const simple = new SimpleCSVLogger({ storage, ...quiet });
    await simple.setup(["a"], "simple");
    assertEquals([await simple.flag(["1"]), await simple.flag([""])], [1, 2]);
    await put(storage, "dataset1.csv", "");
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["1"]), 1);
    assertEquals(Object.keys((await rowsOf(storage, "dataset1.csv"))[0]!), ["a", "timestamp"]);
    await put(storage, "dataset1.csv", "a,timestamp\r\n\r\n\r\n1,t\r\n\r\n");
    assertEquals(await (await loggerOf(storage, ["a"])).flag(["2"]), 2);
  },
  async "Names of files can become empty"() {
    const storage = new MemoryAdapter();
    const logger = new CSVLogger({ storage, ...quiet });
    await logger.setup([file("..")], "");
    for (const name of ["..", ".", "", "CON", "x".repeat(300), `a.${"x".repeat(300)}`, "\ud800"]) {
      await logger.flag([new File(["x"], name)]);
    }
    const segments = (await keysOf(storage)).flatMap((key) => key.split("/"));
    for (const segment of segments) {
      assert(!["", ".", "..", "CON"].includes(segment));
      assert(new TextEncoder().encode(segment).length <= 200);
    }
  },
  async "Empty directories are left behind"() {
    await using dir = new TempDir();
    const logger = new CSVLogger(quiet);
    await logger.setup(["a", file("b")], dir.path);
    await logger.flag(["1", null]);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("no")) });
    await assertRejects(() => logger.flag(["1", broken]));
    const names = (await Array.fromAsync(Deno.readDir(dir.path))).map(({ name }) => name);
    assertEquals(names, ["dataset1.csv"]);
  },
  async "Every flag reads the whole file again"() {
    const storage = new MemoryAdapter();
    const logger = await loggerOf(storage, ["a"]);
    await logger.flag(["1"]);
    storage.read = () => Promise.reject(new Error("It was read"));
    storage.list = () => {
      throw new Error("It was listed");
    };
    assertEquals(await logger.flag(["2"]), 2);
  },
  async "Two first flags at the same time"() {
    await using dir = new TempDir();
    const root = dir.path;
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      const logger = new CSVLogger(quiet);
      await logger.setup(["a"], root);
      await logger.flag([i]);
    }));
    const storage = new LocalFsAdapter({ root });
    assertEquals(await keysOf(storage), ["dataset1.csv"]);
    const values = (await rowsOf(storage, "dataset1.csv")).map(({ a }) => Number(a));
    assertEquals(values.sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  },
  async "Timestamps have no zone"() {
    const storage = new MemoryAdapter();
    const logger = new CSVLogger({ storage, ...quiet, now: () => Date.UTC(2026, 0, 31, 12) });
    await logger.setup(["a"], "");
    await Promise.all(Array.from({ length: 50 }, (_, i) => logger.flag([i])));
    const times = (await rowsOf(storage, "dataset1.csv")).map(({ timestamp }) => timestamp!);
    assertEquals(new Set(times).size, 50);
    for (const time of times) assertMatch(time, /^2026-01-31 12:00:00\.\d{6}$/);
  },
};

/** Rows of the table that need a killed process, a full disk or several processes. */
const ELSEWHERE: readonly string[] = [
  "The lock covers one instance", // tests/storage: the races between processes
  "A program killed at its first flag",
  "A full disk or a kill",
];

Deno.test("README tells of Gradio's defects what is mended", async (t) => {
  const section = README.slice(README.indexOf("## How it differs"), README.indexOf("## Speed"));
  const rows = [...section.matchAll(/^\| (?!Gradio|---)(.+?) +\|/gm)].map(([, text]) => text!);
  const known = [...Object.keys(MENDED), ...ELSEWHERE];
  for (const row of rows) assert(known.some((start) => row.startsWith(start)), row);
  assertEquals(rows.length, known.length);
  for (const [name, run] of Object.entries(MENDED)) await t.step(name, run);
});

Deno.test("README is right about parts, and about an adapter that cannot keep a dataset", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const logger = await loggerOf(storage, ["a"]);
  for (let i = 0; i < 4; i++) await logger.flag(["x".repeat(600_000)]);
  assertEquals(await keysOf(storage), ["dataset1.2.csv", "dataset1.csv"]);
  assertEquals((await rowsOf(storage, "dataset1.csv")).length, 4);
  const weak = new MemoryAdapter({ capabilities: { append: "none", swap: "none" } });
  const refused = await loggerOf(weak, ["a"]);
  await assertRejects(() => refused.flag(["x"]), Error, "neither append nor compare-and-swap");
});

Deno.test("README is right about symbolic links: the root may be one, below it they are refused", async () => {
  await using dir = new TempDir();
  await Deno.mkdir(`${dir.path}/real`);
  await Deno.symlink("real", `${dir.path}/root`);
  const storage = new LocalFsAdapter({ root: `${dir.path}/root` });
  assertEquals(await (await loggerOf(storage, ["a"])).flag(["1"]), 1);
  await Deno.symlink("..", `${dir.path}/real/link`);
  const error = await assertRejects(() => put(storage, "link/x", "1"), StorageError);
  assertEquals(error.code, "PermissionDenied");
});

Deno.test("README is right about the columns A, B, A: they make three files", async () => {
  const storage = new MemoryAdapter();
  for (const label of ["a", "b", "a"]) await (await loggerOf(storage, [label])).flag(["1"]);
  assertEquals(await keysOf(storage), ["dataset1.csv", "dataset2.csv", "dataset3.csv"]);
});
