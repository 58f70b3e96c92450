import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Damage, DamageError, openDataset } from "../../src/reader/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { at, stored } from "../helpers/dataset_files.ts";
import { instead } from "../helpers/stores.ts";

const HEADER = "a,b,timestamp\r\n";
const encoder = new TextEncoder();

/** Reads a dataset with its damage; without a function for it, the reading must stop there. */
async function readDamaged(storage: StorageAdapter, types = {}) {
  const damage: Damage[] = [];
  const dataset = await openDataset(storage, "", { types });
  const rows = await Array.fromAsync(dataset.rows({ onDamage: (found) => damage.push(found) }));
  const error = await assertRejects(() => Array.fromAsync(dataset.rows()), DamageError);
  assertEquals(error.damage, damage[0]);
  assertEquals(error.message, `${damage[0]!.message}; pass onDamage to read on`);
  return { rows, damage, texts: rows.map(({ values }) => values.a).join(" ") };
}

Deno.test("Dataset.rows() tells a torn last row, and does not yield it", async () => {
  for (const torn of ["2,x", "2,x,", `2,x,${at(2).slice(0, -1)}`, `2,"x,${at(2)}`, `2,"x`, "2"]) {
    const storage = await stored({ "dataset1.csv": `${HEADER}1,x,${at(1)}\r\n${torn}` });
    const { texts, damage } = await readDamaged(storage);
    assertEquals(texts, "1", torn);
    const start = HEADER.length + `1,x,${at(1)}\r\n`.length;
    assertEquals(damage.map(({ kind, start, end }) => [kind, start, end]), [
      ["torn", start, start + torn.length],
    ]);
    assert(damage[0]!.message.includes(`byte ${start} of "dataset1.csv"`));
  }
});

Deno.test("Dataset.rows() yields rows of another length that do not end like one, and tells them", async () => {
  const text = `${HEADER}1,x,${at(1)}\r\n2\r\n3,x,y,z\r\n4,x,${at(4)}\r\n`;
  const { rows, damage } = await readDamaged(await stored({ "dataset1.csv": text }));
  assertEquals(rows.map(({ values: { a, b, timestamp } }) => [a, b, timestamp]), [
    ["1", "x", at(1)],
    ["2", "", ""],
    ["3", "x", "y"],
    ["4", "x", at(4)],
  ]);
  assertEquals(rows[2]!.surplus, ["z"]);
  assertEquals(damage.map(({ kind }) => kind), ["cells", "cells"]);
  assertEquals(damage.map(({ message }) => message.replace(/.*csv" /, "")), [
    "has fewer cells than the 3 columns of its file",
    "has more cells than the 3 columns of its file",
  ]);
});

Deno.test("Dataset.rows() yields a row that is not UTF-8, and tells it", async () => {
  const bytes = encoder.encode(`${HEADER}1,caf?,${at(1)}\r\n2,\ufffd,${at(2)}\r\n`);
  bytes[bytes.indexOf(0x3f)] = 0xe9; // é in Latin-1
  const { rows, damage } = await readDamaged(await stored({ "dataset1.csv": bytes }));
  assertEquals(rows.map(({ values }) => values.b), ["caf\ufffd", "\ufffd"]);
  assertEquals(damage.map(({ kind, start }) => [kind, start]), [["encoding", HEADER.length]]);
});

Deno.test("Dataset.rows() tells a piece that vanished, and reads the others", async () => {
  const base = await stored({
    "dataset1.csv": `${HEADER}1,x,${at(1)}\r\n`,
    "dataset2.csv": `${HEADER}2,x,${at(2)}\r\n`,
    "dataset3.csv": `${HEADER}3,x,${at(3)}\r\n`,
  });
  const storage = instead(base, {
    async read(key, options) {
      const isOpening = options?.range && "end" in options.range;
      return key === "dataset2.csv" && !isOpening ? null : await base.read(key, options);
    },
  });
  const { texts, damage } = await readDamaged(storage);
  assertEquals(texts, "1 3");
  assertEquals(damage.map(({ kind, key }) => [kind, key]), [["vanished", "dataset2.csv"]]);
});

Deno.test("Dataset.rows() tells a path that leads out of the directory, and opens no such file", async () => {
  const paths = ["../secret/a.png", "x/../../a", "..\\a", "/etc/passwd", "a/./b", "file:///x/a"];
  const text = paths.map((path, i) => `${path},x,${at(i)}\r\n`).join("");
  const base = await stored({
    "f/dataset1.csv": HEADER + text,
    "secret/a.png": "x",
    "etc/passwd": "x",
    "a": "x",
  });
  const asked: string[] = [];
  const storage = instead(base, {
    stat: (key, options) => (asked.push(key), base.stat(key, options)),
  });
  const damage: Damage[] = [];
  const dataset = await openDataset(storage, "f", { types: { a: "file" } });
  const onDamage = (found: Damage) => damage.push(found);
  for await (const row of dataset.rows({ onDamage })) assertEquals(await row.files(), []);
  assertEquals(damage.map(({ kind }) => kind), ["path", "path", "path"]);
  assertEquals(asked, []);
});

Deno.test("Dataset.rows() reads a cell of 64 MiB, quotes that never close, and many lines in one cell", async () => {
  const large = "line \n".repeat(11 * 1024 * 1024);
  const text = `${HEADER}1,"${large}",${at(1)}\r\n2,x,${at(2)}\r\n`;
  const dataset = await openDataset(await stored({ "dataset1.csv": text }), "");
  const [first, second] = await Array.fromAsync(dataset.rows());
  assert(first!.values.b === large);
  assertEquals(second!.values.a, "2");
  const index = await dataset.index();
  const [row] = await index.page({ limit: 1 });
  assert(row!.values.b === large);
  const open = await stored({ "dataset1.csv": `${HEADER}1,x,${at(1)}\r\n2,"${large}` });
  const { texts, damage } = await readDamaged(open);
  assertEquals([texts, damage[0]!.kind], ["1", "torn"]);
});
