import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { runScript, startScript } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const CLI = new URL("../../src/cli/mod.ts", import.meta.url);

Deno.test("flagstone review serves the page to the person who started it, and saves verdicts", async () => {
  await using dir = new TempDir();
  const path = `${dir.path}/flagged`;
  await using logger = new CSVLogger({ verbose: false });
  await logger.setup(["question", "answer"], path);
  await logger.flag(["2 + 2?", "5"], "wrong", "lin");
  const child = startScript(CLI, { args: ["review", path, "--as", "ada"] });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = new Response(child.stderr).text();
  const { value: line = "" } = await reader.read();
  assertMatch(line, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]+\n$/);
  const url = new URL(line.trim());
  try {
    const closed = await fetch(new URL("rows", url));
    assertEquals(closed.status, 403);
    await closed.body?.cancel();
    const opened = await fetch(url, { redirect: "manual" });
    await opened.body?.cancel();
    const cookie = opened.headers.get("set-cookie")!.split(";")[0]!;
    const { rows } = await (await fetch(new URL("rows", url), { headers: { cookie } })).json();
    assertEquals(rows.length, 1);
    const { rowId, key, start } = rows[0];
    const verdict = { id: "0123456789", rowId, key, start, flag: "confirmed" };
    const saved = await fetch(new URL("verdict", url), {
      method: "POST",
      headers: {
        cookie,
        "content-type": "application/json",
        origin: url.origin,
        "sec-fetch-site": "same-origin",
      },
      body: JSON.stringify(verdict),
    });
    assertEquals(saved.status, 200, await saved.text());
  } finally {
    child.kill("SIGINT");
  }
  await reader.cancel();
  assertEquals((await child.status).code, 0, await errors);
  const verdicts = await Array.fromAsync((await openDataset(`${path}/verdicts`)).rows());
  assertEquals(verdicts.map(({ values }) => [values.flag, values.username]), [[
    "confirmed",
    "ada",
  ]]);
  // The verdict counts in an export.
  const exported = await runScript(CLI, {
    args: ["export", "csv", path, "--verdicts", `${path}/verdicts`, "--select", "flag"],
  });
  assertEquals(exported.stdout, "flag\r\nwrong\r\n");
  const nothing = await runScript(CLI, { args: ["review", `${dir.path}/flaged`] });
  assertEquals(nothing.code, 10);
  assertStringIncludes(nothing.stderr, "There is no dataset");
});
