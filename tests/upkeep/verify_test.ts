import { assert, assertEquals, assertRejects } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { DatasetNotFoundError } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { verify } from "../../src/upkeep/mod.ts";
import { at, put, stored } from "../helpers/dataset_files.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";

async function findings(storage: StorageAdapter, options = {}): Promise<string[]> {
  const found = await Array.fromAsync(verify(storage, "f", options));
  return found.map(({ kind, severity, key }) => `${severity} ${kind} ${key}`);
}

Deno.test("verify() finds nothing in what loggers wrote, and changes nothing", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ text: value<string>(), picture: file() }, {
    storage,
    flaggingDir: "f",
    sampleId: true,
  });
  for (const text of ["=1+1", "-5", "plain", "a,-b", '{"a":"=1"}', "'quoted"]) {
    await logger.flag({ text, picture: new File(["x"], "-a.png") });
  }
  const before = await Promise.all((await keysOf(storage)).map((key) => textOf(storage, key)));
  assertEquals(await findings(storage, { files: true }), []);
  const after = await Promise.all((await keysOf(storage)).map((key) => textOf(storage, key)));
  assertEquals(after, before);
});

Deno.test("verify() finds damage, gaps, foreign files, doubled ids and unescaped formulas", async () => {
  const row = (cells: string, n: number) => `${cells},${at(n)}\r\n`;
  const storage = await stored({
    "f/dataset1.csv": "a,id,timestamp\r\n" + row("1,x", 1) + row("=1,y", 2) + row("3,x", 3),
    "f/dataset2.csv": `a,timestamp\r\n${row("1", 1)}only one\r\n2,"torn`,
    "f/dataset3.csv": "",
    "f/dataset4.csv.torn-0123abcd": "half",
    "f/dataset5.w0123456789ab.csv": `a,timestamp\r\n${row("1", 1)}`,
    "f/notes.txt": "x",
    "f/maintenance.lock": "{}",
  });
  const latin = new TextEncoder().encode(`a,timestamp\r\ncaf?,${at(1)}\r\n`);
  latin[latin.indexOf(0x3f)] = 0xe9;
  await put(storage, { "f/dataset6.csv": latin });
  assertEquals((await findings(storage)).sort(), [
    "error cells f/dataset2.csv",
    "error encoding f/dataset6.csv",
    "error torn f/dataset2.csv",
    "notice aside f/dataset4.csv.torn-0123abcd",
    "notice empty f/dataset3.csv",
    "notice foreign f/notes.txt",
    "notice formula f/dataset1.csv",
    "notice id f/dataset1.csv",
    "notice segments f/dataset5.w0123456789ab.csv",
  ]);
  await assertRejects(() => findings(new MemoryAdapter()), DatasetNotFoundError);
});

Deno.test("verify() finds gaps in parts, and pieces with other headers", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  await using logger = new CSVLogger({ storage, verbose: false, maxPartBytes: 60 });
  await logger.setup(["a"], "f");
  for (let i = 0; i < 8; i++) await logger.flag([`row ${i}`]);
  assert((await keysOf(storage)).includes("f/dataset1.4.csv"));
  await storage.delete("f/dataset1.2.csv");
  assertEquals(await findings(storage), ["notice gap f/dataset1.3.csv"]);
  await put(storage, { "f/dataset1.w0123456789ab.csv": `b,timestamp\r\n1,${at(1)}\r\n` });
  assertEquals(await findings(storage), [
    "notice header f/dataset1.w0123456789ab.csv",
    "notice gap f/dataset1.3.csv",
  ]);
});

Deno.test("verify() finds missing, empty and orphaned files if it is asked to", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ picture: file() }, { storage, flaggingDir: "f" });
  for (const text of ["x", "", "gone"]) {
    await logger.flag({ picture: new File([text], `${text}.png`) });
  }
  const [gone] = (await keysOf(storage)).filter((key) => key.endsWith("/gone.png"));
  await storage.delete(gone!);
  const orphan = "f/picture/0123456789abcdef0123/old.png";
  await put(storage, { [orphan]: "x", "f/verdicts/dataset1.csv": "a,timestamp\r\n" });
  assertEquals(await findings(storage), []);
  const found = await findings(storage, { files: true });
  assertEquals(found.map((line) => line.replace(/\w{20}/, "*")).sort(), [
    "error missing-file f/dataset1.csv",
    "notice empty-file f/dataset1.csv",
  ]);
  // Files of a sample that is just being saved are no orphans.
  const { now } = Date;
  Date.now = () => now() + 2 * 3_600_000;
  try {
    assertEquals((await findings(storage, { files: true })).at(-1), `notice orphan ${orphan}`);
  } finally {
    Date.now = now;
  }
});
