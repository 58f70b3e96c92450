import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import {
  exportCsv,
  exportHuggingFace,
  exportJsonl,
  exportLabelStudio,
} from "../../src/export/mod.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { at, stored } from "../helpers/dataset_files.ts";
import { linesOfExport, textsOfExport } from "../helpers/exported.ts";
import { instead } from "../helpers/stores.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { mistakeInImageFolder, mistakeInLabelStudio } from "../helpers/training_formats.ts";

const AWKWARD = [
  "=1+1",
  'q"uote',
  "l\r\ni\nn\re",
  "\ud83c\udf88",
  "\u001b[31m\u202e",
  "NA",
  "null",
  " x ",
];

async function awkward() {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["__proto__"], "");
  await logger.flag(["first"], "good");
  await logger.setup(["text", "seed"], "");
  for (const [i, text] of AWKWARD.entries()) await logger.flag([text, i], "wrong");
  return storage;
}

Deno.test("exportJsonl() leaves a key away only if the file has no such column", async () => {
  const dataset = await openDataset(await awkward(), "");
  const exported = exportJsonl(dataset, { meta: true });
  const rows = await linesOfExport(exported);
  assertEquals(Object.keys(rows[0]), ["__proto__", "flag", "timestamp", "_row", "_version"]);
  assertEquals(Object.entries(rows[0])[0], ["__proto__", "first"]);
  assertEquals(rows.slice(1).map(({ text }) => text), AWKWARD);
  assertEquals(rows[1]._version, 2);
  const samples = await Array.fromAsync(dataset.rows());
  assertEquals(rows.map(({ _row }) => _row), samples.map(({ rowId }) => rowId));
  assertEquals({ ...exported.report }, { rows: 9, skipped: {}, counts: {} });
  const some = await linesOfExport(
    exportJsonl(dataset, { select: ["seed"], where: { text: "NA" } }),
  );
  assertEquals(some, [{ seed: "5" }]);
});

Deno.test("exportJsonl() writes typed values, and texts that do not fit", async () => {
  const text = `n,j,timestamp\r\n1,"{""a"":1}",${at(1)}\r\nx,,${at(2)}\r\n`;
  const storage = await stored({ "dataset1.csv": text });
  const dataset = await openDataset(storage, "", { types: { n: "integer", j: "json" } });
  const exported = exportJsonl(dataset, { typed: true, select: ["n", "j"] });
  assertEquals(await linesOfExport(exported), [{ n: 1, j: { a: 1 } }, { n: "x", j: null }]);
  assertEquals(exported.report.counts, { "untyped cells": 1 });
});

Deno.test("exportCsv() writes one table that reads back as the dataset does", async () => {
  const dataset = await openDataset(await awkward(), "");
  for (const formulas of ["as-typed", "gradio", "strict"] as const) {
    const { "data.csv": text } = await textsOfExport(exportCsv(dataset, { formulas }));
    const [header, ...rows] = parseStrictly(text!);
    assertEquals(header, ["__proto__", "flag", "timestamp", "text", "seed"]);
    assertEquals(rows.length, 9);
    const storage = await stored({
      "dataset1.csv": text!.replace("timestamp,text,seed", "time,text,timestamp"),
    });
    const again = await openDataset(storage, "", { formulas });
    const samples = await Array.fromAsync(again.rows({ onDamage: () => {} }));
    assertEquals(samples.slice(1).map(({ values }) => values.text), AWKWARD);
  }
  await assertRejects(async () => {
    await textsOfExport(exportCsv(dataset, { formulas: "none" as never }));
  }, TypeError);
});

Deno.test("exportLabelStudio() writes tasks that Label Studio imports", async () => {
  const dataset = await openDataset(await awkward(), "");
  const { "tasks.json": text } = await textsOfExport(exportLabelStudio(dataset));
  const tasks = JSON.parse(text!);
  assertEquals(mistakeInLabelStudio(tasks), undefined);
  assertEquals(tasks.length, 9);
  assertEquals(tasks[1].data.text, "=1+1");
  assert(/^[0-9a-f]{16}$/.test(tasks[0].data.rowId));
  const none = await textsOfExport(exportLabelStudio(dataset, { where: { flag: "none" } }));
  assertEquals(JSON.parse(none["tasks.json"]!), []);
  assertEquals(mistakeInLabelStudio([{ data: [] }]), "task 0");
  assertEquals(mistakeInLabelStudio([{ data: {}, id: 1 }]), "task 0");
});

Deno.test("exportHuggingFace() writes a directory that names each file, and each split", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ prompt: value<string>(), picture: file() }, { storage });
  const names = ["train.png", "../x.svg", "a/b.PNG", "test"];
  for (let i = 0; i < 40; i++) {
    const picture = i % 5 === 4 ? null : new File([`${i}`], names[i % 5]!);
    await logger.flag({ prompt: `prompt ${i % 20}`, picture }, { flag: "good" });
  }
  const dataset = await openDataset(storage, "flagged", { types: "infer" });
  const splits = { test: 0.3, validation: 0.2 };
  const exported = exportHuggingFace(dataset, { splits, splitBy: "prompt", title: "My\nset" });
  const files = await textsOfExport(exported);
  assertEquals(mistakeInImageFolder(files), undefined);
  assertEquals(exported.report.rows, 40);
  assertEquals(exported.report.skipped, {});
  const rowsOf = (split: string) =>
    files[`${split}/metadata.jsonl`]!.trim().split("\n").map((line) => JSON.parse(line));
  const all = ["train", "test", "validation"].map(rowsOf);
  assert(all.every((rows) => rows.length > 0), `${all.map(({ length }) => length)}`);
  const prompts = all.map((rows) => new Set(rows.map(({ prompt }) => prompt)));
  assertEquals(prompts[0]!.intersection(prompts[1]!).size, 0);
  assertEquals(new Set(all.flat().flatMap(Object.keys)).has("picture_file_name"), true);
  assertEquals(all.flat().filter(({ picture_file_name }) => picture_file_name === null).length, 8);
  assert(Object.keys(files).every((path) => /^[\w/.-]+$/.test(path) && !path.includes("..")));
  const [row] = rowsOf("train").filter(({ picture_file_name }) => picture_file_name !== null);
  assert(/^files\/[0-9a-f]{2}\/[0-9a-f]{16}-0\.(png|bin)$/.test(row.picture_file_name));
  assertEquals(mistakeInImageFolder({ ...files, "train/x.png": "" }), "nothing names train/x.png");
  assertEquals(mistakeInImageFolder({ ...files, "README.md": "" }), "the card has no YAML");
  for (const splits of [{ test: 1 }, { "a/b": 0.1 }, { test: 0.6, validation: 0.6 }]) {
    assertThrows(() => exportHuggingFace(dataset, { splits }), RangeError);
  }
});

Deno.test("exportHuggingFace() counts a file that vanished, and goes on", async () => {
  const base = new MemoryAdapter();
  const logger = createLogger({ picture: file() }, { storage: base });
  for (let i = 0; i < 3; i++) await logger.flag({ picture: new File([`${i}`], "a.png") });
  const storage = instead(base, {
    read: async (key, options) => {
      const result = await base.read(key, options);
      if (!key.endsWith(".png") || !result) return result;
      const text = await new Response(result.body).text();
      return text === "1" ? null : await base.read(key, options);
    },
  });
  const exported = exportHuggingFace(await openDataset(storage, "flagged"));
  assertEquals(Object.keys(await textsOfExport(exported)).length, 4);
  assertEquals(exported.report.counts, { "missing files": 1 });
});

Deno.test("an export stops reading when it is cancelled, and errors if reading fails", async () => {
  const base = await stored({
    "dataset1.csv": `a,timestamp\r\n${`x,${at(1)}\r\n`.repeat(100_000)}`,
  });
  const open = { streams: 0 };
  const storage = instead(base, {
    async read(key, options) {
      const result = (await base.read(key, options))!;
      open.streams++;
      let chunks = 0;
      const reader = result.body.getReader();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (!done && ++chunks < 1000) return controller.enqueue(value);
          open.streams--;
          controller.close();
        },
        async cancel() {
          open.streams--;
          await reader.cancel();
        },
      }, { highWaterMark: 0 });
      return { ...result, body };
    },
  });
  const dataset = await openDataset(storage, "");
  for await (const { body } of exportJsonl(dataset).files) {
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
  }
  assertEquals(open.streams, 0);
  const torn = await stored({ "dataset1.csv": `a,timestamp\r\n1,${at(1)}\r\n"2` });
  await assertRejects(
    async () => {
      await textsOfExport(exportJsonl(await openDataset(torn, "")));
    },
    Error,
    "pass onDamage",
  );
  const damage: string[] = [];
  const onDamage = ({ kind }: { kind: string }) => damage.push(kind);
  const rows = await linesOfExport(exportJsonl(await openDataset(torn, ""), { onDamage }));
  assertEquals([rows.length, damage], [1, ["torn"]]);
});
