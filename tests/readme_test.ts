import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type AtomicScope,
  type Capabilities,
  LocalFsAdapter,
  MemoryAdapter,
  type StorageAdapter,
} from "@flagstone/flagging";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { S3Adapter } from "@flagstone/flagging/s3";
import { codeBlocksOf } from "./helpers/markdown.ts";
import { ProgramServer } from "./helpers/program_server.ts";

const ROOT = new URL("../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));
const BLOCKS = codeBlocksOf(README);

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
  ["Version repeats", ({ versions }) => versions === "unique" ? "never" : "if bytes are equal"],
  ["Metadata", ({ metadata }) => metadata ? "kept" : "refused"],
];

/** Returns the table of adapters as `deno fmt` formats it. */
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

Deno.test("README's table of adapters equals their capabilities", () => {
  assertStringIncludes(README, `\n\n${adapterTable()}\n\n`);
});

Deno.test("README has at most 160 lines", () => {
  assert(README.split("\n").length - 1 <= 160);
});

Deno.test("README begins with the commands to install, a server, a request and its row", () => {
  const languages = BLOCKS.slice(0, 5).map(({ info }) => info);
  assertEquals(languages, ["sh", "ts ignore", "sh", "sh", "csv"]);
  assertMatch(BLOCKS[0]!.code, /^deno add jsr:@flagstone\/flagging\b/m);
  assertMatch(BLOCKS[0]!.code, /^npx jsr add @flagstone\/flagging\b/m);
  const firstScreen = README.split("\n").slice(0, 52).join("\n");
  assertStringIncludes(firstScreen, BLOCKS[4]!.code);
});

Deno.test("README has each command with npx and with deno, and they are tasks", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  for (const task of ["demo", "test"]) {
    assertStringIncludes(README, `\nnpx -y deno@2.9.6 task ${task}\n`);
    assertStringIncludes(README, `\`deno task ${task}\``);
    assert(config.tasks[task] !== undefined);
  }
});

/** Sends the request of a curl command: by curl, or by `fetch()` if curl is not installed. */
async function curl(command: string): Promise<string> {
  const [, url = "", body = ""] = /^curl (\S+) -d '([^']*)'\n$/.exec(command) ?? [];
  try {
    const args = ["-sS", url, "-d", body];
    const { success, stdout, stderr } = await new Deno.Command("curl", { args }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const init = { method: "POST", body: new URLSearchParams(body) };
    return await (await fetch(url, init)).text();
  }
}

const withoutTimes = (csv: string) => csv.replace(/\d{4}-\d\d-\d\d [\d:.]{15}/g, "<time>");

Deno.test("README's server saves what README's curl command sends, as README shows it", async () => {
  const [, program, start, request, csv] = BLOCKS.map(({ code }) => code);
  await using server = await ProgramServer.start({ code: program!, command: start! });
  const page = await (await fetch(server.url)).text();
  assertEquals(page.match(/<button type="submit" name="option"/g)?.length, 2);
  const element = await fetch(new URL("feedback/element.js", server.url));
  assertStringIncludes(await element.text(), "flagstone-feedback");
  for (let i = 0; i < 2; i++) {
    const answer = JSON.parse(await curl(request!.replace("http://localhost:8000/", server.url)));
    assertEquals(answer.state, "flagged");
  }
  const written = await Deno.readTextFile(`${server.directory}/flagged/dataset1.csv`);
  assertEquals(withoutTimes(written).replaceAll("\r\n", "\n"), withoutTimes(csv!));
  assertStringIncludes(withoutTimes(csv!), "<time>");
});
