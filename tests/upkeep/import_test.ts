import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { copy } from "@std/fs/copy";
import { fromFileUrl } from "@std/path/from-file-url";
import { DatasetNotFoundError, openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { importGradio } from "../../src/upkeep/mod.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { valuesOf } from "../helpers/dataset_files.ts";
import { dyingAt } from "../helpers/dying_storage.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const WILD = fromFileUrl(new URL("../testdata/wild/", import.meta.url));

Deno.test("importGradio() imports each kind of file that Gradio apps wrote", async () => {
  await using dir = new TempDir();
  const kinds = [
    "01-single-quotes",
    "02-chat-four-values",
    "03-rows-of-another-app",
    "04-negative-numbers",
  ];
  for (const kind of kinds) await copy(`${WILD}${kind}`, `${dir.path}/${kind}/flagged`);
  await copy(`${WILD}06-file-cells/app/.gradio`, `${dir.path}/new app/.gradio`);
  const storage = new MemoryAdapter();
  const to = { storage, directory: "all" };
  const planned = await importGradio(dir.path, to);
  assertEquals([planned.directories.length, planned.rows, planned.files, planned.rejected], [
    5,
    15,
    7,
    0,
  ]);
  assertEquals(await keysOf(storage), []);
  assertEquals({ ...await importGradio(dir.path, to, { apply: true }) }, { ...planned });
  const dataset = await openDataset(storage, "all");
  const rows = await valuesOf(dataset);
  assertEquals(rows.length, 15);
  const named = (column: string) =>
    rows.map((row) => row[column] ?? null).filter((text) => text !== null);
  assertEquals(named("note"), ["good, really", 'it\'s "fine"\nline 2']);
  assertEquals(named("value"), ["5"]);
  assertEquals(named("x"), ["-2"]);
  // Rows of each length are a dataset of their own.
  assertEquals(named("component 5"), ["1.5"]);
  const five = rows.find((row) => row["component 5"] === "1.5")!;
  assertEquals([five.flag, five.username], ["wrong", "bob"]);
  const samples = await Array.fromAsync(dataset.rows({ where: { kind: { not: null } } }));
  const files = await Promise.all(samples.map((sample) => sample.files()));
  assertEquals(files.map(({ length }) => length), [1, 1, 1, 1, 1, 1, 1, 0]);
  assertEquals(samples.map(({ values }) => /^image\/[0-9a-f]{20}\//.test(values.image!)), [
    ...Array(7).fill(true),
    false,
  ]);
  const before = await Promise.all((await keysOf(storage)).map((key) => textOf(storage, key)));
  await importGradio(dir.path, to, { apply: true });
  const after = await Promise.all((await keysOf(storage)).map((key) => textOf(storage, key)));
  assertEquals(after, before);
});

Deno.test("importGradio() puts rows that it cannot place into import.rejected.csv, with the reason", async () => {
  await using dir = new TempDir();
  Deno.mkdirSync(`${dir.path}/flagged`);
  const text = 'a,b,flag,username,timestamp\n1,2,,,2025-05-01 10:00:00.000001\nno,time\n3,"torn';
  Deno.writeTextFileSync(`${dir.path}/flagged/log.csv`, text);
  const storage = new MemoryAdapter();
  const to = { storage, directory: "" };
  for (let i = 0; i < 2; i++) {
    const report = await importGradio(dir.path, to, { apply: true });
    assertEquals([report.rows, report.rejected], [1, 2]);
  }
  const rejected = await textOf(storage, "import.rejected.csv");
  assertEquals(rejected.trim().split("\r\n").length, 3);
  assertStringIncludes(rejected, "has fewer cells than the 5 columns of its file");
  assertStringIncludes(rejected, '""no"",""time""');
  assertStringIncludes(rejected, "is incomplete");
  await assertRejects(
    () => importGradio(`${dir.path}/flagged/none`, to),
    Error,
  );
  const empty = `${dir.path}/empty`;
  Deno.mkdirSync(empty);
  await assertRejects(() => importGradio(empty, to), DatasetNotFoundError, "no dataset of Gradio");
});

Deno.test("importGradio() can be repeated after it was killed at any call", async () => {
  await using dir = new TempDir();
  await copy(`${WILD}03-rows-of-another-app`, `${dir.path}/a/flagged`);
  await copy(`${WILD}06-file-cells/app/.gradio`, `${dir.path}/b/.gradio`);
  for (const after of [false, true]) {
    for (let n = 1;; n += 3) {
      const storage = new MemoryAdapter();
      const dying = dyingAt(storage, n, { after });
      await importGradio(dir.path, { storage: dying.storage, directory: "" }, { apply: true })
        .catch(() => {});
      await storage.delete("maintenance.lock"); // of the killed process
      await importGradio(dir.path, { storage, directory: "" }, { apply: true });
      const rows = await Array.fromAsync((await openDataset(storage, "")).rows());
      assertEquals(new Set(rows.map(({ values }) => values.id)).size, 11, `call ${n}`);
      assertEquals(rows.length, 11, `call ${n}`);
      if (!dying.isDead()) break;
    }
  }
});
