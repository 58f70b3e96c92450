import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { LocalFsAdapter } from "@flagstone/flagging";
import { readDataset } from "@flagstone/flagging/dataset";
import { conformance } from "@flagstone/flagging/testing";
import { SqliteAdapter } from "../examples/custom_adapter.ts";
import { runScript } from "./helpers/deno.ts";
import { demoPermissions } from "./helpers/demo_permissions.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const EXAMPLES = new URL("../examples/", import.meta.url);
const RACER = new URL("helpers/sqlite_racer.ts", import.meta.url);
const HEX = /\/[0-9a-f]{20}\//;

/** Runs an example in a directory with the permissions it needs, and returns its output. */
async function run(name: string, cwd: string, permissions: readonly string[] = []) {
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
      ...permissions,
      new URL(name, EXAMPLES).pathname,
    ],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  // Notices of the loggers go to stderr.
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** Returns the keys below a directory. */
async function keysIn(root: string): Promise<string[]> {
  return (await Array.fromAsync(new LocalFsAdapter({ root }).list())).map(({ key }) => key);
}

function rowsOf(root: string, key: string) {
  return Array.fromAsync(readDataset(new LocalFsAdapter({ root }), key));
}

/** Asserts that a file is a complete PNG of 96 by 96 pixels, and returns the middle pixel. */
async function assertPicture(path: string): Promise<number[]> {
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer);
  assertEquals([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const found: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    found[new TextDecoder().decode(bytes.subarray(at + 4, at + 8))] = bytes.slice(
      at + 8,
      at + 8 + length,
    );
    at += length + 12;
  }
  assertEquals(Object.keys(found), ["IHDR", "IDAT", "IEND"]);
  assertEquals([...found["IHDR"]!], [0, 0, 0, 96, 0, 0, 0, 96, 8, 2, 0, 0, 0]);
  const stream = new Blob([found["IDAT"]!]).stream().pipeThrough(
    new DecompressionStream("deflate"),
  );
  const lines = await new Response(stream).bytes();
  assertEquals(lines.length, 96 * (1 + 3 * 96));
  return [...lines.slice(48 * 289 + 1 + 48 * 3, 48 * 289 + 1 + 49 * 3)];
}

Deno.test("quickstart logs pictures, a new column and a chat, and continues in the same files", async () => {
  await using dir = new TempDir();
  const permissions = await demoPermissions();
  assertEquals(permissions, ["--allow-read", "--allow-write=flagged", "--allow-net=127.0.0.1"]);
  const root = `${dir.path}/flagged`;

  const first = await run("quickstart.ts", dir.path, permissions);
  const once = await keysIn(root);
  assertEquals(once.filter((key) => key.endsWith(".csv")), [
    "chat/log.csv",
    "dataset1.csv",
    "dataset2.csv",
  ]);
  assertEquals(once.filter((key) => HEX.test(key)).length, 5);
  assertStringIncludes(first, "Created dataset file at: flagged/dataset2.csv");
  assertStringIncludes(first, "flagged/\n  chat/log.csv");

  const second = await run("quickstart.ts", dir.path, permissions);
  const twice = await keysIn(root);
  assertEquals(
    twice.filter((key) => key.endsWith(".csv")),
    once.filter((key) => key.endsWith(".csv")),
  );
  assertEquals(once.every((key) => twice.includes(key)), true);
  assertStringIncludes(second, "Using existing dataset file at: flagged/dataset2.csv");
  assertMatch(second, /… and \d+ more/);
  assertEquals((await rowsOf(root, "dataset1.csv")).length, 3);
  assertEquals((await rowsOf(root, "dataset2.csv")).length, 4);
  assertEquals((await rowsOf(root, "chat/log.csv")).map(({ flag }) => flag), [
    "Dislike",
    "Like",
    "Dislike",
    "Like",
  ]);
});

Deno.test("quickstart stores real pictures, which the rows name", async () => {
  await using dir = new TempDir();
  await run("quickstart.ts", dir.path, await demoPermissions());
  const root = `${dir.path}/flagged`;
  const [circle, square] = await rowsOf(root, "dataset1.csv");
  assertEquals(Object.keys(circle!), ["prompt", "picture", "flag", "username", "timestamp"]);
  assertEquals(square!.prompt, 'a circle, "blue as the sea"');
  assertMatch(circle!.picture!, /^picture\/[0-9a-f]{20}\/circle\.png$/);
  assertEquals(await assertPicture(`${root}/${circle!.picture}`), [200, 56, 50]);
  assertEquals(await assertPicture(`${root}/${square!.picture}`), [46, 98, 170]);
});

Deno.test("custom_callback prints what its buttons show and what the tracker received", async () => {
  await using dir = new TempDir();
  const lines = (await run("custom_callback.ts", dir.path)).trim().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("The button shows: ")), [
    "The button shows: Saved",
    "The button shows: Saved",
    "The button shows: Error!",
  ]);
  assertEquals(lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)), [
    { question: "2 + 2?", answer: "5", flag: "wrong", username: "ada" },
    { question: "Who are you?", answer: "Who wants to know?", flag: "rude", username: "lin" },
  ]);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("custom_adapter logs into a database, again and again", async () => {
  await using dir = new TempDir();
  const permissions = ["--allow-read", "--allow-write=."];
  for (const rows of [2, 4]) {
    const printed = await run("custom_adapter.ts", dir.path, permissions);
    const csv = printed.slice(printed.indexOf("question,"), printed.lastIndexOf("\r\n"));
    const [header, ...found] = csv.split("\r\n");
    assertEquals(header, "question,answer,flag,username,timestamp");
    assertEquals(found.length, rows);
  }
  assertEquals((await Array.fromAsync(Deno.readDir(dir.path))).map(({ name }) => name), [
    "flagged.db",
  ]);
});

Deno.test("custom_adapter is an adapter in at most 60 lines", async () => {
  const lines = (await Deno.readTextFile(new URL("custom_adapter.ts", EXAMPLES))).split("\n");
  assertEquals(lines.lastIndexOf("}", lines.indexOf("if (import.meta.main) {")) < 60, true);
});

conformance("SqliteAdapter of custom_adapter keeps the contract", () => {
  const dir = new TempDir();
  const path = `${dir.path}/objects.db`;
  const opened: DatabaseSync[] = [];
  const open = () => {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL");
    opened.push(db);
    return new SqliteAdapter(db);
  };
  return {
    adapter: open(),
    second: open,
    async spawn(job) {
      const { stdout, stderr } = await runScript(RACER, { args: [path, JSON.stringify(job)] });
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    },
    // Each body is in memory whole while it is written or read.
    holdsBytesInMemory: true,
    async dispose() {
      for (const db of opened) db.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}, { increments: 50 });
