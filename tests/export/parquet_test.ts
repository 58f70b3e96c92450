// deno-lint-ignore-file no-import-prefix -- only this test needs the readers
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parquetMetadata, parquetReadObjects } from "npm:hyparquet@^1.31.5";
import { tableFromIPC } from "npm:apache-arrow@^21.0.0";
import { readParquet } from "npm:parquet-wasm@^0.8.0/node";
import { file, files } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { exportParquet } from "../../src/export/mod.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { at, stored } from "../helpers/dataset_files.ts";
import { runScript } from "../helpers/deno.ts";
import { bytesOfExport } from "../helpers/exported.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** What DuckDB reads in a Parquet file. */
async function readByDuckDB(bytes: Uint8Array, query: string) {
  await using dir = new TempDir();
  const path = `${dir.path}/data.parquet`;
  await Deno.writeFile(path, bytes);
  const helper = new URL("../helpers/duckdb_rows.ts", import.meta.url);
  const { stdout, stderr } = await runScript(helper, {
    args: [query.replace("$FILE", `'${path}'`)],
  });
  assert(stdout !== "", stderr);
  return JSON.parse(stdout);
}

const CHAT = [{ role: "user", content: 'hi "you"' }, {
  role: "assistant",
  content: "\ud83c\udf88\n",
}];

async function samples() {
  const storage = new MemoryAdapter();
  const fields = {
    text: value(),
    whole: value(),
    real: value(),
    yes: value(),
    chat: value(),
    picture: file(),
    pictures: files(),
  };
  const logger = createLogger(fields, { storage, now: () => Date.UTC(2026, 0, 31) });
  const png = (text: string) => new File([text], `${text}.png`);
  await logger.flag({
    text: "=1+1",
    whole: 9007199254740991,
    real: 0.1,
    yes: true,
    chat: CHAT,
    picture: png("a"),
    pictures: [png("b"), png("c")],
  }, { flag: "good" });
  await logger.flag({
    text: "NA",
    whole: null,
    real: -1e300,
    yes: false,
    chat: [],
    picture: null,
    pictures: null,
  });
  await logger.flag({
    text: "l\r\n2",
    whole: -1,
    real: 2,
    yes: null,
    chat: null,
    picture: png("d"),
    pictures: [],
  });
  return await openDataset(storage, "flagged", { types: "infer" });
}

Deno.test("exportParquet() writes values that DuckDB, parquet-wasm and hyparquet read as they were", async () => {
  const dataset = await samples();
  const exported = exportParquet(dataset, {
    select: ["text", "whole", "real", "yes", "chat", "timestamp", "flag"],
  });
  const bytes = await bytesOfExport(exported);
  const expected = [
    { text: "=1+1", whole: "9007199254740991", real: 0.1, yes: true, flag: "good", chat: CHAT },
    { text: "NA", whole: null, real: -1e300, yes: false, flag: "", chat: [] },
    { text: "l\r\n2", whole: "-1", real: 2, yes: null, flag: "", chat: null },
  ];
  const { types, rows } = await readByDuckDB(bytes, "SELECT * FROM $FILE");
  assertEquals(types, [
    "VARCHAR",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
    'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
    "VARCHAR",
    "TIMESTAMP WITH TIME ZONE",
  ]);
  const stamps = (await Array.fromAsync(dataset.rows())).map(({ values }) => values.timestamp!);
  for (const [i, row] of rows.entries()) {
    const { timestamp, ...others } = row;
    assertEquals(others, expected[i]);
    assertEquals(timestamp.replace("+00", "").padEnd(26, "0"), stamps[i]);
  }
  const own = await parquetReadObjects({ file: bytes.buffer });
  assertEquals(
    own.map(({ whole }) => whole === null ? null : String(whole)),
    expected.map(({ whole }) => whole),
  );
  assertEquals(own.map(({ chat }) => chat ?? null), expected.map(({ chat }) => chat));
  const arrow = tableFromIPC(readParquet(bytes).intoIPCStream()).toArray().map((row) =>
    row.toJSON()
  );
  assertEquals(
    arrow.map(({ whole }) => whole === null ? null : String(whole)),
    expected.map(({ whole }) => whole),
  );
  for (const name of ["text", "real", "yes", "flag"] as const) {
    assertEquals(arrow.map((row) => row[name]), expected.map((row) => row[name]), name);
  }
  const chats = arrow.map(({ chat }) => chat && [...chat].map((message) => message.toJSON()));
  assertEquals(chats, expected.map(({ chat }) => chat));
  const times = arrow.map(({ timestamp }) => new Date(Number(timestamp)).toISOString());
  assertEquals(times, stamps.map((stamp) => `${stamp.slice(0, 23).replace(" ", "T")}Z`));
  assertEquals({ ...exported.report }, { rows: 3, skipped: {}, counts: {} });
});

Deno.test("exportParquet() embeds the bytes of files", async () => {
  const dataset = await samples();
  const exported = exportParquet(dataset, { embed: true, select: ["picture", "pictures"] });
  const query = "SELECT picture.path AS path, picture.bytes::VARCHAR AS bytes, pictures FROM $FILE";
  const { rows } = await readByDuckDB(await bytesOfExport(exported), query);
  assertEquals(rows, [
    {
      path: "a.png",
      bytes: "a",
      pictures: [{ bytes: "b", path: "b.png" }, { bytes: "c", path: "c.png" }],
    },
    { path: null, bytes: null, pictures: null },
    { path: "d.png", bytes: "d", pictures: [] },
  ]);
});

Deno.test("exportParquet() writes groups of rows, and counts cells that do not fit", async () => {
  let text = "n,timestamp\r\n";
  for (let i = 0; i < 45_000; i++) text += `${i === 7 ? "x" : i},${at(i)}\r\n`;
  const storage = await stored({ "dataset1.csv": text });
  const types = { n: "integer", timestamp: "timestamp" } as const;
  const exported = exportParquet(await openDataset(storage, "", { types }));
  const bytes = await bytesOfExport(exported);
  const { row_groups } = parquetMetadata(bytes.buffer);
  assertEquals(row_groups.map(({ num_rows }) => Number(num_rows)), [20_000, 20_000, 5000]);
  assertEquals(exported.report.counts, { "untyped cells": 1 });
  const query =
    "SELECT count(*)::INT AS rows, count(n)::INT AS n, sum(n)::VARCHAR AS sum FROM $FILE";
  const { rows } = await readByDuckDB(bytes, query);
  assertEquals(rows, [{ rows: 45_000, n: 44_999, sum: String(45_000 * 44_999 / 2 - 7) }]);
});

Deno.test("exportParquet() cuts groups by their bytes, so that large cells are not all in memory", async () => {
  const large = "x".repeat(12 * 1024 * 1024);
  const text = `a,timestamp\r\n${`${large},${at(1)}\r\n`.repeat(6)}`;
  const dataset = await openDataset(await stored({ "dataset1.csv": text }), "");
  const bytes = await bytesOfExport(exportParquet(dataset));
  const { row_groups } = parquetMetadata(bytes.buffer);
  assert(row_groups.length >= 2);
});

Deno.test("exportParquet() writes a table without rows, columns with awkward names, and refuses none", async () => {
  const names = ["__proto__", "a.b", 'q"', "l\n2", "", "list"];
  const cells = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
  const empty = await openDataset(await stored({ "dataset1.csv": `${cells},timestamp\r\n` }), "");
  const { types, rows } = await readByDuckDB(
    await bytesOfExport(exportParquet(empty)),
    "SELECT * FROM $FILE",
  );
  assertEquals([types.length, rows], [7, []]);
  const text = `${cells},timestamp\r\n1,2,3,4,5,6,${at(1)}\r\n`;
  const dataset = await openDataset(await stored({ "dataset1.csv": text }), "");
  const [row] = await parquetReadObjects({
    file: (await bytesOfExport(exportParquet(dataset))).buffer,
  });
  assertEquals(Object.values(row!).slice(-6, -1), ["2", "3", "4", "5", "6"]);
  assertThrows(() => exportParquet(dataset, { select: ["none"] }), TypeError, "without a column");
});
