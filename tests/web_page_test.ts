import { assert, assertEquals, assertMatch } from "@std/assert";
import { codeBlocksOf } from "./helpers/markdown.ts";
import { ProgramServer } from "./helpers/program_server.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/web.md", import.meta.url));
const SECRET = "a secret of at least 32 bytes, for tests";
const TOKEN = "only-for-tests";

/** The hidden fields of the form in a page. */
function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, value!]));
}

Deno.test("the page of docs/web.md saves what its form sends, once, and shows its rows to the token", async () => {
  const [code, commands] = codeBlocksOf(PAGE).map((block) => block.code);
  const command = commands!.split("\n").find((line) => line.startsWith("deno run"))!;
  await using server = await ProgramServer.start({ code: code!, command, env: { SECRET, TOKEN } });
  const html = await (await fetch(server.url)).text();
  assertMatch(html, /<script type="module" src="\/feedback\/element\.js">/);
  const fields = { ...hiddenFields(html), option: "bad", comment: "It is 4" };
  for (let i = 0; i < 2; i++) {
    const response = await fetch(`${server.url}feedback`, {
      method: "POST",
      headers: { accept: "text/html" },
      body: new URLSearchParams(fields),
    });
    assertMatch(await response.text(), /Thank you/); // after the redirect
  }
  const rows = (authorization: string) =>
    fetch(`${server.url}feedback/dataset.csv`, { headers: { authorization } });
  const csv = await (await rows(`Bearer ${TOKEN}`)).text();
  const [header, row, ...rest] = csv.split("\r\n");
  assertEquals(header, "question,answer,flag,comment,username,subject,replaces,id,timestamp");
  assert(row!.startsWith("What is 2 + 2?,5,bad,It is 4,,answer-1,,"), row);
  assertEquals(rest, [""]);
  const refused = await rows("Bearer another");
  await refused.body?.cancel();
  assertEquals(refused.status, 401);
});
