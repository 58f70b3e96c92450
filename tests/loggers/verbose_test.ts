import { assert, assertEquals } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { runScript } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const SCRIPT = new URL("../helpers/flag_verbosely.ts", import.meta.url);
const REDIRECTIONS = ["2>/dev/full", "2>&-", ">/dev/full", ">&-", ">/dev/full 2>&1", ">&- 2>&-"];

for (const redirection of REDIRECTIONS) {
  Deno.test(`flag() saves samples and files although notices cannot be printed: ${redirection}`, async () => {
    await using dir = new TempDir();
    const [root, report] = [`${dir.path}/flagged`, `${dir.path}/report`];
    const through = ["sh", "-c", `exec "$@" ${redirection}`, "sh"];
    const { stderr } = await runScript(SCRIPT, { args: [root, report], through });
    assertEquals(await Deno.readTextFile(report), "1,2", stderr);
    const storage = new LocalFsAdapter({ root });
    const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
    assertEquals(rows.length, 2);
    for (const { picture } of rows) assert(await storage.stat(picture!), `${picture} is gone`);
  });
}

Deno.test("CSVLogger prints its notices to stderr, and nothing to stdout", async () => {
  await using dir = new TempDir();
  const args = [`${dir.path}/flagged`, `${dir.path}/report`];
  const { stdout, stderr } = await runScript(SCRIPT, { args });
  assertEquals(stdout, "");
  assert(stderr.includes("Set aside 4 bytes"), stderr);
  assert(stderr.includes("Using existing dataset file"), stderr);
});
