import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { flagstone } from "../helpers/command_line.ts";
import { at } from "../helpers/dataset_files.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** A directory with two versions, a hostile text and a file. */
async function flagged(dir: TempDir): Promise<string> {
  const path = `${dir.path}/flagged`;
  let n = 0;
  const timestamp = () => at(++n);
  await using logger = new CSVLogger({ verbose: false, timestamp });
  await logger.setup(["prompt"], path);
  await logger.flag(["a red circle"], "good", "ada");
  await logger.flag(["evil \u001b[31m\u202e\u0007\nline"], "wrong", "lin");
  await logger.setup(["prompt", "seed"], path);
  await logger.flag(["=1+1", 42], "wrong", "ada");
  return path;
}

Deno.test("flagstone head prints a table on a terminal, CSV into a pipe, and JSON Lines", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const pipe = await flagstone(["head", path]);
  assertEquals(parseStrictly(pipe.stdout), [
    ["prompt", "flag", "username", "timestamp", "seed"],
    ["a red circle", "good", "ada", at(1), ""],
    ["evil \u001b[31m\u202e\u0007\nline", "wrong", "lin", at(2), ""],
    ["=1+1", "wrong", "ada", at(3), "42"],
  ]);
  const json = await flagstone(["head", path, "--json", "--select", "seed,prompt"], {
    columns: 80,
  });
  assertEquals(json.stdout.trim().split("\n").map((line) => JSON.parse(line)), [
    { prompt: "a red circle" },
    { prompt: "evil \u001b[31m\u202e\u0007\nline" },
    { seed: "42", prompt: "=1+1" },
  ]);
  const table = await flagstone(["head", path, "--select", "prompt,flag,seed"], { columns: 60 });
  assertEquals(
    table.stdout,
    [
      "\u001b[1mprompt                           flag   seed\u001b[0m",
      "a red circle                     good",
      "evil \\x1b[31m\\u{202e}\\x07\\nline  wrong",
      "=1+1                             wrong  42",
      "",
    ].join("\n"),
  );
  const plain = await flagstone(["head", path], { columns: 40, env: { NO_COLOR: "1" } });
  assertEquals(
    plain.stdout,
    [
      "prompt   flag   username  timesta…  seed",
      "a red …  good   ada       2026-01…",
      "evil \\…  wrong  lin       2026-01…",
      "=1+1     wrong  ada       2026-01…  42",
      "",
    ].join("\n"),
  );
  const narrow = await flagstone(["head", path], { columns: 12, env: { NO_COLOR: "1" } });
  assertEquals(narrow.stdout.split("\n")[0], "prom…  flag");
  assertStringIncludes(narrow.stderr, "Not shown for lack of room: username, timestamp, seed");
  assertEquals([pipe.code, json.code, table.code, narrow.code], [0, 0, 0, 0]);
});

Deno.test("flagstone prints nothing to a terminal that could drive it, whatever is flagged", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  const hostile = Array.from({ length: 0x300 }, (_, i) => String.fromCodePoint(i)).join("") +
    "\u061c\u200b\u200e\u2028\u202a\u2066\ufeff\u{e0041}\ud800";
  await using logger = new CSVLogger({ verbose: false, sampleId: true });
  await logger.setup([`label ${hostile.replace(/[\0"]/g, "")}`], path);
  await logger.flag([hostile], hostile, hostile, { id: "x" });
  const lines = [["head"], ["ls"], ["columns"], ["stats"], ["show", "x"], ["freq", "flag"], [
    "search",
    "A",
  ]];
  for (const [name, ...args] of lines) {
    const { stdout, stderr, code } = await flagstone([name!, ...args, path], {
      columns: 4000,
      env: { NO_COLOR: "1" },
    });
    assertEquals(code, 0, name);
    const found = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u.exec(stdout + stderr);
    assertEquals(found?.[0].codePointAt(0), undefined, name);
  }
  const { stderr } = await flagstone(["head", `${dir.path}/\u001b[2J`], { columns: 80 });
  assertStringIncludes(stderr, "\\u001b[2J");
});

Deno.test("flagstone count, freq, search and stats answer with filters", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const count = async (...args: string[]) => {
    const { stdout, code } = await flagstone(["count", path, ...args]);
    return [stdout.trim(), code];
  };
  assertEquals(await count(), ["3", 0]);
  assertEquals(await count("--where", "flag=wrong"), ["2", 0]);
  assertEquals(await count("--where", "flag=wrong", "--where", "flag=good"), ["3", 0]);
  assertEquals(await count("--where", "flag!=good", "--where", "username=ada"), ["1", 0]);
  assertEquals(await count("--where", "prompt~RED"), ["1", 0]);
  assertEquals(await count("--where", `timestamp>=${at(2)}`, "--where", `timestamp<${at(3)}`), [
    "1",
    0,
  ]);
  assertEquals(await count("--where", "flag=odd"), ["0", 1]);
  assertEquals(await count("--search", "CIRCLE"), ["1", 0]);
  const freq = await flagstone(["freq", "flag", path, "--limit", "1"]);
  assertEquals(freq.stdout, "flag,count\r\nwrong,2\r\n");
  const exact = await flagstone(["search", "RED", path]);
  assertEquals([exact.code, exact.stdout], [1, ""]);
  const any = await flagstone(["search", "-i", "RED", path, "--select", "prompt"]);
  assertEquals(any.stdout, "prompt\r\na red circle\r\n");
  const stats = await flagstone(["stats", path, "--json"]);
  const figures = stats.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(figures.find(({ column }) => column === "seed"), {
    column: "seed",
    filled: 1,
    empty: 0,
    missing: 2,
    distinct: 1,
    longest: 2,
    min: "42",
    max: "42",
  });
  assertEquals(stats.stderr, "3 rows\n");
});

Deno.test("flagstone ls and columns show what is there", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const ls = await flagstone(["ls", path]);
  assertEquals(parseStrictly(ls.stdout).map(([file, pieces]) => [file, pieces]), [
    ["file", "pieces"],
    ["dataset1.csv", "1"],
    ["dataset2.csv", "1"],
  ]);
  const pieces = await flagstone(["ls", path, "--pieces"]);
  assertEquals(parseStrictly(pieces.stdout)[2]!.slice(0, 2), ["dataset2.csv", "dataset2.csv"]);
  const columns = await flagstone(["columns", path]);
  assertEquals(parseStrictly(columns.stdout).at(-1), ["seed", "integer", "dataset2.csv"]);
});

Deno.test("flagstone show prints one row, and saves its files under safe names", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/chat`;
  await using logger = new CSVLogger({ verbose: false, sampleId: true });
  const { file } = await import("../../src/components/file.ts");
  await logger.setup([file("picture")], path);
  await logger.flag([new File(["pixels"], "..\u202egnp.png")], "good", null, { id: "mine" });
  const target = `${dir.path}/out`;
  const shown = await flagstone(["show", "mine", path, "--files", target]);
  const [, id] = /_row: (\w{16})/.exec(shown.stdout)!;
  assertStringIncludes(shown.stdout, "flag: good\n");
  assertEquals([...Deno.readDirSync(target)].map(({ name }) => name), [`${id}-0.png`]);
  assertEquals(Deno.readTextFileSync(`${target}/${id}-0.png`), "pixels");
  const again = await flagstone(["show", id!, path, "--json"]);
  assertEquals(JSON.parse(again.stdout).id, "mine");
  const none = await flagstone(["show", "0123", path]);
  assertEquals([none.code, none.stderr], [1, 'There is no row "0123"\n']);
});

Deno.test("flagstone tail prints the last rows by time", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const { stdout } = await flagstone(["tail", path, "-n", "2", "--select", "timestamp"]);
  assertEquals(stdout, `timestamp\r\n${at(2)}\r\n${at(3)}\r\n`);
});

Deno.test("flagstone reads logs without a header, chats and damaged files", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/simple`;
  await using simple = new SimpleCSVLogger();
  await simple.setup(["a", "b"], path);
  await simple.flag(["1", "2"]);
  const refused = await flagstone(["head", path]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "a name for each of its 2 cells");
  const named = await flagstone(["head", path, "--columns", "a,b"]);
  assertEquals(named.stdout, "a,b\r\n1,2\r\n");
  await using chat = new ChatCSVLogger();
  await chat.setup(`${dir.path}/chat`);
  await chat.flag({ index: 0, value: "hi" }, [{ role: "assistant", content: "hi" }]);
  assertEquals((await flagstone(["count", `${dir.path}/chat`])).stdout, "1\n");
  Deno.writeTextFileSync(`${dir.path}/chat/log.csv`, '[],"torn', { append: true });
  const torn = await flagstone(["count", `${dir.path}/chat`]);
  assertEquals([torn.stdout, torn.code], ["1\n", 1]);
  assertStringIncludes(torn.stderr, "torn: The row at byte");
});

Deno.test("flagstone explains wrong command lines with the nearest name, and ends with 2", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const wrong: [readonly string[], string][] = [
    [["haed"], 'There is no command "haed": did you mean "head"?'],
    [["head", "--wher", "x"], '"head" has no flag --wher: did you mean --where?'],
    [["head", path, "--where", "flag"], '"flag" is not a test'],
    [["head", path, "--where", "nope=1"], 'There is no column "nope"'],
    [["head", path, "-n", "x"], '--n must be a whole number, not "x"'],
    [["head", path, "other"], '"head" takes [SOURCE]'],
    [["head", "gs://bucket"], '"gs://bucket" is no source'],
    [["export", "jsno", path], 'There is no format "jsno": did you mean "json'],
    [["export"], "Name a format: jsonl, csv"],
    [["export", "hf", path], '"hf" makes a directory: pass -o DIR'],
    [["tail", path, "--output", "x"], "--output needs --cursor-file"],
    [["freq"], "Name a column"],
    [["completions", "csh"], "Name a shell"],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr, stdout } = await flagstone(args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
  }
  const nothing = await flagstone(["head", `${dir.path}/flaged`]);
  assertEquals(nothing.code, 10);
  const parent = await flagstone(["head", dir.path]);
  assertEquals(parent.code, 10);
  assertStringIncludes(parent.stderr, 'there are datasets in "flagged/"');
});

Deno.test("flagstone export ends with 3 for skipped rows if it is strict, and with 12 for a directory that exists", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const args = ["export", "kto", path, "--prompt", "prompt", "--completion", "seed"];
  const lax = await flagstone(args);
  assertEquals([lax.code, lax.stdout], [0, '{"prompt":"=1+1","completion":"42","label":false}\n']);
  assertEquals(lax.stderr, "1 row exported, 1 bad\n2 skipped: the completion is empty\n");
  assertEquals((await flagstone([...args, "--strict"])).code, 3);
  const target = `${dir.path}/hf`;
  assertEquals((await flagstone(["export", "hf", path, "-o", target])).code, 0);
  const again = await flagstone(["export", "hf", path, "-o", target]);
  assertEquals([again.code, again.stderr], [
    12,
    `flagstone: ${target} exists: name a new directory\n`,
  ]);
  const control = new AbortController();
  control.abort();
  assertEquals((await flagstone(["head", path], { signal: control.signal })).code, 130);
});

Deno.test("flagstone help shows every command with an example", async () => {
  const { stdout, code } = await flagstone(["help"]);
  assertEquals(code, 0);
  const names = [...stdout.matchAll(/^ {2}([a-z]+)\b.* {2}/gm)].map(([, name]) => name!);
  assert(names.length > 10);
  for (const name of names) {
    const help = await flagstone([name, "--help"]);
    assertEquals(help.code, 0);
    assertStringIncludes(help.stdout, "Example:\n  ");
    assertStringIncludes(help.stdout.split("Example:")[1]!, `flagstone ${name}`);
    assertEquals((await flagstone(["help", name])).stdout, help.stdout);
  }
  assertEquals((await flagstone([])).stdout, stdout);
  const { VERSION } = await import("../../src/cli/_version.ts");
  const config = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assertEquals([VERSION, (await flagstone(["--version"])).stdout], [
    config.version,
    `flagstone ${VERSION}\n`,
  ]);
});

Deno.test("flagstone completions are scripts that their shells accept", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await flagstone(["completions", shell]);
    assertStringIncludes(stdout, "cursor-file");
    if (shell !== "bash") continue;
    const test =
      `${stdout}\nCOMP_WORDS=(flagstone he); COMP_CWORD=1; _flagstone; echo "\${COMPREPLY[@]}"`;
    const { stdout: out } = await new Deno.Command("bash", { args: ["-c", test] }).output();
    assertEquals(new TextDecoder().decode(out), "head\n");
  }
});
