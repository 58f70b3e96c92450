import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
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
import { probe } from "@flagstone/flagging/probe";
import { readDataset, readRecords } from "@flagstone/flagging/dataset";
import { observed } from "@flagstone/flagging/wrappers";
import { codeBlocksOf, localLinksOf, sectionsOf } from "./helpers/markdown.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const ROOT = new URL("../", import.meta.url);
const CONFIG = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

const NAMES = [
  "cli",
  "cloudflare",
  "engines",
  "errors",
  "exports",
  "extending",
  "files",
  "gradio",
  "guarantees",
  "performance",
  "reading",
  "review",
  "s3",
  "upkeep",
  "web",
];

/** Returns the text of a file of the repository. */
function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

/** README and the pages of docs, by their paths. */
const PAGES: Readonly<Record<string, string>> = Object.fromEntries(
  await Promise.all(
    ["README.md", ...NAMES.map((name) => `docs/${name}.md`)]
      .map(async (path) => [path, await read(path)] as const),
  ),
);

Deno.test("docs has a page for each subject with its picture, and README links to each", async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL("docs/", ROOT)));
  const names = ["demo.png", "review.png", ...NAMES.map((name) => `${name}.md`)];
  assertEquals(files.map(({ name }) => name).sort(), names.sort());
  const links = localLinksOf(PAGES["README.md"]!);
  for (const name of names) assert(links.includes(`docs/${name}`) || name === "review.png", name);
});

Deno.test("A page of docs with over 100 lines begins with a list of its sections", () => {
  for (const [path, page] of Object.entries(PAGES)) {
    if (path === "README.md" || page.split("\n").length <= 100) continue;
    const [title, ...sections] = sectionsOf(page).filter(({ level }) => level <= 2);
    const contents = sections.map((one) => `- [${one.title}](#${one.anchor})`).join("\n");
    assert(title!.text.includes(`\n\n${contents}\n\n`), `${path} needs:\n${contents}`);
  }
});

/** Returns a pattern of `publish.include` as a regular expression. */
function toRegExp(pattern: string): RegExp {
  const wildcards: Readonly<Record<string, string>> = { "**/": "(?:.*/)?", "*": "[^/]*" };
  const parts = pattern.split(/(\*\*\/|\*)/);
  return new RegExp(`^${parts.map((part) => wildcards[part] ?? RegExp.escape(part)).join("")}$`);
}

/** Whether a file is published, or modules in a directory are. */
function isPublished(path: string): boolean {
  const patterns: RegExp[] = CONFIG.publish.include.map(toRegExp);
  return patterns.some((pattern) => pattern.test(path) || pattern.test(`${path}/any.ts`));
}

Deno.test("Links in README and docs lead to published files and to sections that exist", async (t) => {
  for (const [path, page] of Object.entries(PAGES)) {
    await t.step(path, async () => {
      for (const link of localLinksOf(page)) {
        const [target = "", anchor] = link.split("#");
        const url = target === "" ? new URL(path, ROOT) : new URL(target, new URL(path, ROOT));
        const linked = url.pathname.slice(ROOT.pathname.length);
        assert(isPublished(linked), `${link} is not published`);
        if ((await Deno.stat(url)).isDirectory || anchor === undefined) continue;
        const anchors = sectionsOf(await Deno.readTextFile(url)).map((one) => one.anchor);
        assert(anchors.includes(anchor), `${link} names no section`);
      }
    });
  }
});

Deno.test("isPublished() distinguishes published files from others", () => {
  assert(isPublished("docs/s3.md") && isPublished("examples/web/worker.ts"));
  assert(isPublished("examples") && isPublished("examples/web"));
  assert(!isPublished("tests/docs_test.ts") && !isPublished("docs/deep/s3.md"));
});

Deno.test("The tasks check and test cover README and docs", () => {
  assertMatch(CONFIG.tasks.check.command, / check --doc .*README\.md docs\/\*\.md/);
  assertMatch(CONFIG.tasks.test.command, / test --doc /);
});

/** Code that needs an account, or a server process, which readme_test.ts starts. */
const NOT_HERE = /S3Adapter\.fromEnv\(\)|R2BucketLike|Deno\.serve\(/;

Deno.test("Code blocks that do not run need an account or a server, and their types are right", async () => {
  const skipped = Object.entries(PAGES).flatMap(([path, page]) =>
    codeBlocksOf(page).filter(({ info }) => info === "ts ignore").map(({ code }) => ({
      path,
      code,
    }))
  );
  for (const { path, code } of skipped) assertMatch(code, NOT_HERE, path);
  await using dir = new TempDir();
  const files = skipped.map((_, i) => `${dir.path}/block_${i}.ts`);
  await Promise.all(skipped.map(({ code }, i) => Deno.writeTextFile(files[i]!, code)));
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "check",
      `--config=${new URL("deno.json", ROOT).pathname}`,
      ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
      ...files,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const blocks = skipped.map(({ path }, i) => `block_${i}.ts is in ${path}`).join("\n");
  assert(success, `${new TextDecoder().decode(stderr)}\n${blocks}`);
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

/** Returns a logger of these labels in the root of a storage. */
async function loggerOf(storage: StorageAdapter, labels: readonly string[]): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, ...quiet });
  await logger.setup(labels, "");
  return logger;
}

/** Returns the cells of one sample as they stand in the file. */
async function cellsOf(...data: readonly unknown[]): Promise<string[]> {
  const storage = new MemoryAdapter();
  const logger = await loggerOf(storage, data.map((_, i) => `c${i}`));
  await logger.flag(data);
  const records = await Array.fromAsync(readRecords(storage, "dataset1.csv"));
  return records[1]!.slice(0, -1);
}

/** Proves each row of the table of differences, by the row's first words. */
const DIFFERENCES: Readonly<Record<string, () => Promise<void>>> = {
  async "An option or a username that appears later"() {
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
  async "`dataset_old.csv`, or an unreadable file"() {
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
  async "The next row is glued to a file without a final line ending"() {
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
  async "Labels that contain `,=`"() {
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
  async "If the directory is removed"() {
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
  async "A missing value becomes the text"() {
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
  async "Empty directories remain"() {
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

/** Rows that need a killed process, a full disk or several processes; other tests prove them. */
const ELSEWHERE: readonly string[] = [
  "The lock covers one instance", // tests/storage: the races between processes
  "A program killed at its first flag",
  "A full disk or a kill",
];

Deno.test("docs/gradio.md is right about each difference", async (t) => {
  const page = PAGES["docs/gradio.md"]!;
  const table = page.slice(page.indexOf("## Differences"));
  const rows = [...table.matchAll(/^\| (?!Gradio|---)(.+?) +\|/gm)].map(([, text]) => text!);
  const known = [...Object.keys(DIFFERENCES), ...ELSEWHERE];
  for (const row of rows) assert(known.some((start) => row.startsWith(start)), row);
  assertEquals(rows.length, known.length);
  for (const [name, run] of Object.entries(DIFFERENCES)) await t.step(name, run);
});

Deno.test("docs/files.md is right about parts, and about a storage that supports no mode", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const logger = await loggerOf(storage, ["a"]);
  for (let i = 0; i < 4; i++) await logger.flag(["x".repeat(600_000)]);
  assertEquals(await keysOf(storage), ["dataset1.2.csv", "dataset1.csv"]);
  assertEquals((await rowsOf(storage, "dataset1.csv")).length, 4);
  const weak = new MemoryAdapter({ capabilities: { append: "none", swap: "none" } });
  const refused = await loggerOf(weak, ["a"]);
  await assertRejects(() => refused.flag(["x"]), Error, "neither append nor compare-and-swap");
});

Deno.test("docs/guarantees.md is right about symbolic links: only the root may be one", async () => {
  await using dir = new TempDir();
  await Deno.mkdir(`${dir.path}/real`);
  await Deno.symlink("real", `${dir.path}/root`);
  const storage = new LocalFsAdapter({ root: `${dir.path}/root` });
  assertEquals(await (await loggerOf(storage, ["a"])).flag(["1"]), 1);
  await Deno.symlink("..", `${dir.path}/real/link`);
  const error = await assertRejects(() => put(storage, "link/x", "1"), StorageError);
  assertEquals(error.code, "PermissionDenied");
});

Deno.test("docs/files.md is right about the columns A, B, A: they create three files", async () => {
  const storage = new MemoryAdapter();
  for (const label of ["a", "b", "a"]) await (await loggerOf(storage, [label])).flag(["1"]);
  assertEquals(await keysOf(storage), ["dataset1.csv", "dataset2.csv", "dataset3.csv"]);
});

Deno.test("docs/cloudflare.md is right about the costs in requests", async () => {
  const memory = new MemoryAdapter({ capabilities: { append: "none", versions: "content" } });
  const operations: string[] = [];
  const storage = observed(memory, ({ operation }) => operations.push(operation));
  const taken = () => operations.splice(0).join();
  for (const _isolate of ["new", "existing"]) {
    const logger = new CSVLogger({ storage, ...quiet });
    await logger.setup(["a", file("b")], "");
    await logger.flag(["1", null]);
    assertEquals(taken().split(",").toSorted().join(), "list,list,read,write");
    await logger.flag(["2", null]);
    assertEquals(taken(), "write");
    await Promise.all(Array.from({ length: 64 }, (_, i) => logger.flag([i, null])));
    assertEquals(taken(), "write");
    await logger.flag(["3", new File(["x"], "x.txt")]);
    assertEquals(taken(), "write,write");
  }
  await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(taken(), "list,read,read");
  const report = await probe(memory);
  assert(report.operations >= 30 && report.operations <= 40, `${report.operations}`);
});
