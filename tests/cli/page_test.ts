import { assert, assertEquals } from "@std/assert";
import { codeBlocksOf } from "../helpers/markdown.ts";
import { runScript, startScript } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const CLI = new URL("../../src/cli/mod.ts", import.meta.url);

/** The words of a line of a shell; quotes keep words together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

for (const name of ["cli", "upkeep"]) {
  Deno.test(`each command of docs/${name}.md prints what the page shows`, () => seePage(name));
}

Deno.test("README's commands serve a page and export what README shows", async () => {
  const page = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
  const blocks = codeBlocksOf(page);
  const [transcript] = blocks.filter(({ info }) => info === "console").map(({ code }) => code);
  const [review = "", exported = ""] = transcript!.split(/^\$ /m).slice(1);
  await using dir = new TempDir();
  Deno.mkdirSync(`${dir.path}/flagged`);
  const csv = blocks.find(({ info }) => info === "csv")!.code;
  Deno.writeTextFileSync(`${dir.path}/flagged/dataset1.csv`, csv);
  const [line = "", ...shown] = exported.split("\n");
  const { stdout, stderr } = await runScript(CLI, { args: wordsOf(line).slice(1), cwd: dir.path });
  assertEquals(`${stdout}${stderr}`.trimEnd(), shown.join("\n").trimEnd());
  const [command = "", url = ""] = review.split("\n");
  const child = startScript(CLI, { args: wordsOf(command).slice(1), cwd: dir.path });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: printed = "" } = await reader.read();
  const masked = printed.trim().replace(/:\d+/, ":41234").replace(/token=.*/, "token=…");
  assertEquals(masked, url);
  child.kill("SIGINT");
  await Promise.all([reader.cancel(), child.stderr.cancel()]);
  assertEquals((await child.status).code, 0);
});

async function seePage(name: string): Promise<void> {
  const page = Deno.readTextFileSync(new URL(`../../docs/${name}.md`, import.meta.url));
  const blocks = codeBlocksOf(page);
  const csv = blocks.find(({ info }) => info === "csv")!.code;
  const transcripts = blocks.filter(({ info }) => info === "console").map(({ code }) => code);
  assert(transcripts.length >= 3);
  await using dir = new TempDir();
  Deno.mkdirSync(`${dir.path}/flagged`);
  Deno.writeTextFileSync(
    `${dir.path}/flagged/dataset1.csv`,
    name === "upkeep" ? csv.trimEnd() : csv,
  );
  for (const transcript of transcripts) {
    for (const entry of transcript.split(/^\$ /m).slice(1)) {
      const [line = "", ...shown] = entry.split("\n");
      const [name, ...args] = wordsOf(line);
      assertEquals(name, "flagstone");
      const { stdout, stderr } = await runScript(CLI, { args, cwd: dir.path });
      const printed = `${stdout}${stderr}`.replaceAll("\r\n", "\n");
      assertEquals(printed.trimEnd(), shown.join("\n").trimEnd(), line);
    }
  }
}
