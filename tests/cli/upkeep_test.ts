import { assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "@std/fs/copy";
import { fromFileUrl } from "@std/path/from-file-url";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { flagstone } from "../helpers/command_line.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const WILD = fromFileUrl(new URL("../testdata/wild/", import.meta.url));
const NOTHING = "Nothing was changed: pass --yes to do it\n";

async function flagged(dir: TempDir): Promise<string> {
  const path = `${dir.path}/flagged`;
  await using logger = new CSVLogger({ verbose: false });
  await logger.setup(["text"], path);
  await logger.flag(["one"], "good", "ada");
  await logger.flag(["two"], "good", "lin");
  return path;
}

Deno.test("flagstone verify and repair find and mend a torn row, with a dry run first", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const file = `${path}/dataset1.csv`;
  const whole = Deno.readTextFileSync(file);
  const sound = await flagstone(["verify", path, "--files"]);
  assertEquals([sound.code, sound.stdout, sound.stderr], [0, "", "0 errors, 0 notices\n"]);
  Deno.writeTextFileSync(file, `${whole}three,"ha`);
  const torn = await flagstone(["verify", path]);
  assertEquals([torn.code, torn.stderr], [1, "1 errors, 0 notices\n"]);
  assertStringIncludes(torn.stdout, "error,torn,dataset1.csv");
  const plan = await flagstone(["repair", path]);
  assertEquals([plan.code, plan.stderr], [1, NOTHING]);
  assertEquals(Deno.readTextFileSync(file), `${whole}three,"ha`);
  const done = await flagstone(["repair", path, "--yes"]);
  assertEquals([done.code, done.stderr], [0, ""]);
  assertEquals(Deno.readTextFileSync(file), whole);
});

Deno.test("flagstone purge removes a person after a dry run, and says what it does not reach", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const plan = await flagstone(["purge", path, "--username", "ada"]);
  assertEquals([plan.code, plan.stdout], [0, "what,key,rows\r\nrows,dataset1.csv,1\r\n"]);
  assertStringIncludes(plan.stderr, NOTHING);
  assertEquals((await flagstone(["count", path])).stdout, "2\n");
  const done = await flagstone(["purge", path, "--username", "ada", "--yes"]);
  assertStringIncludes(done.stderr, "Not reached: Earlier exports");
  assertEquals((await flagstone(["count", path])).stdout, "1\n");
  const again = await flagstone(["purge", path, "--username", "ada", "--yes"]);
  assertEquals([again.code, again.stdout, again.stderr], [1, "", ""]);
  const wrong = await flagstone(["purge", path, "--yes"]);
  assertEquals(wrong.code, 2);
  const lock = { owner: "x", since: Date.now(), renewed: Date.now() };
  Deno.writeTextFileSync(`${path}/maintenance.lock`, JSON.stringify(lock));
  const busy = await flagstone(["purge", path, "--username", "lin", "--yes"]);
  assertEquals(busy.code, 11);
  assertStringIncludes(busy.stderr, "Another maintenance runs");
});

Deno.test("flagstone copy and check copy a dataset and agree", async () => {
  await using dir = new TempDir();
  const path = await flagged(dir);
  const target = `${dir.path}/copy`;
  const plan = await flagstone(["copy", path, target]);
  assertEquals([plan.code, plan.stdout, plan.stderr], [
    0,
    "status,name\r\ncopied,dataset1.csv\r\n",
    NOTHING,
  ]);
  await flagstone(["copy", path, target, "--yes"]);
  const same = await flagstone(["check", path, target, "--download"]);
  assertEquals([same.code, same.stdout, same.stderr], [0, "= dataset1.csv\n", "0 differences\n"]);
  Deno.writeTextFileSync(`${target}/dataset1.csv`, "other");
  const other = await flagstone(["check", path, target]);
  assertEquals([other.code, other.stdout], [1, "* dataset1.csv\n"]);
  const again = await flagstone(["copy", path, target, "--yes"]);
  assertEquals(again.code, 3);
  assertEquals(Deno.readTextFileSync(`${target}/dataset1.csv`), "other");
});

Deno.test("flagstone import gradio imports what apps flagged", async () => {
  await using dir = new TempDir();
  await copy(`${WILD}06-file-cells/app`, `${dir.path}/app`);
  const target = `${dir.path}/flagged`;
  const plan = await flagstone(["import", "gradio", `${dir.path}/app`, target]);
  assertEquals([plan.code, plan.stdout], [0, "8 rows, 7 files, 0 rejected\n"]);
  assertEquals((await flagstone(["count", target])).code, 10);
  await flagstone(["import", "gradio", `${dir.path}/app`, target, "--yes"]);
  assertEquals((await flagstone(["count", target])).stdout, "8\n");
  assertEquals((await flagstone(["verify", target, "--files"])).code, 0);
  assertEquals((await flagstone(["import", "csv", "x", "y"])).code, 2);
});
