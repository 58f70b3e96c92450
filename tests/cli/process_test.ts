import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { commandLine, runScript, startScript } from "../helpers/deno.ts";
import { linesOf } from "../helpers/lines.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";

// The torture raises these.
const KILLS = Number(Deno.env.get("FLAGSTONE_TAIL_KILLS") ?? 12);
const WRITERS = Number(Deno.env.get("FLAGSTONE_TAIL_WRITERS") ?? 4);

const CLI = new URL("../../src/cli/mod.ts", import.meta.url);
const WRITER = new URL("../helpers/flag_numbers.ts", import.meta.url);

async function filled(path: string, rows: number): Promise<void> {
  await using logger = new CSVLogger({ verbose: false });
  await logger.setup(["text"], path);
  await Promise.all(Array.from({ length: rows }, (_, i) => logger.flag([`row ${i}`], "good")));
}

Deno.test("flagstone names the permission that is missing", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await filled(path, 1);
  const read = await runScript(CLI, { args: ["count", path], permissions: [] });
  assertEquals(read.code, 2);
  assertStringIncludes(read.stderr, `run it again with --allow-read=${path}`);
  const counted = await runScript(CLI, {
    args: ["count", path],
    permissions: [`--allow-read=${path}`],
  });
  assertEquals([counted.code, counted.stdout, counted.stderr], [0, "1\n", ""]);
  const output = `${dir.path}/out.jsonl`;
  const permissions = [`--allow-read=${path}`];
  const write = await runScript(CLI, {
    args: ["export", "jsonl", path, "-o", output],
    permissions,
  });
  assertEquals(write.code, 2);
  assertStringIncludes(write.stderr, `--allow-write=${output}`);
  const bucket = await runScript(CLI, { args: ["count", "s3://bucket/x"], permissions: [] });
  assertStringIncludes(bucket.stderr, "--allow-env");
});

Deno.test("flagstone ends quietly when nobody reads its output any more", async () => {
  await using dir = new TempDir();
  await filled(`${dir.path}/flagged`, 5000);
  const line = commandLine(CLI, ["head", `${dir.path}/flagged`, "-n", "5000"])
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const script = `set -o pipefail; ${line} | head -n 1`;
  const { code, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script] })
    .output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stdout), "text,flag,timestamp\r\n");
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
});

Deno.test("flagstone export leaves no half file after Ctrl-C, on a full disk, and over an old one", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await filled(path, 30_000);
  const target = `${dir.path}/out`;
  Deno.mkdirSync(target);
  Deno.writeTextFileSync(`${target}/old.jsonl`, "old");
  const args = ["export", "jsonl", path, "-o", `${target}/old.jsonl`];
  const child = startScript(CLI, { args });
  // The staged file shows that the export runs.
  while (![...Deno.readDirSync(target)].some(({ name }) => name.endsWith(".part"))) {
    await new Promise((done) => setTimeout(done, 1));
  }
  child.kill("SIGINT");
  const { code } = await child.output();
  if (code === 130) {
    assertEquals([...Deno.readDirSync(target)].map(({ name }) => name), ["old.jsonl"]);
    assertEquals(Deno.readTextFileSync(`${target}/old.jsonl`), "old");
  } else assertEquals(code, 0); // it was ready before the signal came
  const limited = await runScript(CLI, {
    args,
    through: ["bash", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$@"', "-"],
  });
  assertEquals(limited.code, 1);
  assertStringIncludes(limited.stderr, "File too large");
  assertEquals([...Deno.readDirSync(target)].map(({ name }) => name), ["old.jsonl"]);
  const done = await runScript(CLI, { args });
  assertEquals([done.code, done.stderr], [0, "30000 rows exported\n"]);
  assertEquals(Deno.readTextFileSync(`${target}/old.jsonl`).trim().split("\n").length, 30_000);
});

Deno.test("flagstone shows progress and a table on a real terminal only", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await filled(path, 3000);
  const line = commandLine(CLI, ["export", "csv", path, "-o", `${dir.path}/out.csv`])
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const run = async (command: string) => {
    const { stdout } = await new Deno.Command("script", {
      args: ["-qefc", command, "/dev/null"],
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  };
  assertMatch(await run(line), /\d+ % of \d+ kB/);
  assert(!(await run(`${line} --no-progress`)).includes(" % of "));
  const head = commandLine(CLI, ["head", path, "-n", "1"]).map((word) => `'${word}'`).join(" ");
  const table = await run(`stty cols 40; NO_COLOR=1 ${head}`);
  assertStringIncludes(table, "text   flag  timestamp\r\n");
});

Deno.test(`flagstone tail -f --cursor-file --output has each row once, beside ${WRITERS} writers and ${KILLS} kills`, async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await filled(path, 1);
  const output = `${dir.path}/rows.csv`;
  const args = [
    "tail",
    path,
    "-f",
    "--interval",
    "5",
    "--cursor-file",
    `${dir.path}/cursor.json`,
    "-o",
    output,
  ];
  const writers = Array.from({ length: WRITERS }, (_, i) => {
    const child = startScript(WRITER, { args: [path, `${i}`] });
    const acknowledged: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(child.stdout)) acknowledged.push(line);
    })();
    return { child, acknowledged, reading };
  });
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startScript(CLI, { args });
      const size = sizeOf(output);
      // Killed at any moment after it began to write, however slow this machine is.
      while (sizeOf(output) <= size) await new Promise((done) => setTimeout(done, 1));
      await new Promise((done) => setTimeout(done, Math.random() * 30));
      child.kill("SIGKILL");
      await child.output();
    }
  } finally {
    for (const { child } of writers) child.kill("SIGKILL");
    await Promise.all(
      writers.map(({ reading, child }) =>
        Promise.all([reading, child.stderr.cancel(), child.status])
      ),
    );
  }
  const last = await runScript(CLI, { args: args.filter((arg) => arg !== "-f") });
  assert(last.code === 0 || last.code === 1, last.stderr);
  const [header, ...rows] = parseStrictly(Deno.readTextFileSync(output));
  assertEquals(header, ["text", "flag", "timestamp"]);
  const texts = rows.map(([text]) => text!);
  assertEquals(new Set(texts).size, texts.length, "a row is there twice");
  const found = new Set(texts);
  const acknowledged = writers.flatMap((writer) => writer.acknowledged);
  assertGreater(acknowledged.length, KILLS);
  assertEquals(acknowledged.filter((text) => !found.has(text)), []);
});

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

Deno.test("flagstone tail --cursor-file repeats what was killed before it was noted, and refuses other files", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await filled(path, 3);
  const cursor = `${dir.path}/cursor.json`;
  const tail = (...more: string[]) =>
    runScript(CLI, { args: ["tail", path, "--cursor-file", cursor, ...more] });
  assertEquals((await tail("-o", `${dir.path}/a.csv`)).code, 0);
  // As if it had been killed between the output and the cursor.
  Deno.writeTextFileSync(`${dir.path}/a.csv`, "half a r", { append: true });
  await filled(path, 2);
  assertEquals((await tail("-o", `${dir.path}/a.csv`)).code, 0);
  const texts = parseStrictly(Deno.readTextFileSync(`${dir.path}/a.csv`)).map(([text]) => text);
  assertEquals(texts, ["text", "row 0", "row 1", "row 2", "row 0", "row 1"]);
  assertEquals((await tail("-o", `${dir.path}/a.csv`)).code, 1); // nothing new
  const other = await tail("-o", `${dir.path}/other.csv`);
  assertEquals(other.code, 2);
  assertStringIncludes(other.stderr, "it is not the output of before");
  Deno.writeTextFileSync(cursor, "{}");
  const none = await tail();
  assertStringIncludes(none.stderr, "is no cursor file");
});
