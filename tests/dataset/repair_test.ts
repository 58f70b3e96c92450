import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { printedBy } from "../helpers/printed.ts";
import { hasPython, readByPython } from "../helpers/python_csv.ts";
import { instead, STORES } from "../helpers/stores.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";

// A longer run raises these.
const RACERS = 8;
const RACES = 10;
const FOREIGN_ROWS = 300;
const BROKEN_READS = 6;

const PATIENCE_MS = 20_000;
const TIME = "2026-01-31 12:34:56.789123";
const FRACTION = ".789123";
const LABELS = ["id", "text"];
const HEADER = "id,text,timestamp\r\n";
const NEW_ROW = `new,row,${TIME}\r\n`;
const encoder = new TextEncoder();

/** The bytes of texts and of codes. */
function bytesOf(...pieces: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  const bytes = pieces.map((piece) =>
    typeof piece === "number" ? [piece] : [...encoder.encode(piece)]
  );
  return new Uint8Array(bytes.flat());
}

function loggerOver(storage: StorageAdapter): CSVLogger {
  return new CSVLogger({ storage, verbose: false, timestamp: () => TIME });
}

/** Flags one row by a new logger, as after a restart. */
async function flagNew(storage: StorageAdapter, id = "new"): Promise<number> {
  await using logger = loggerOver(storage);
  await logger.setup(LABELS, "");
  return await within(PATIENCE_MS, logger.flag([id, "row"]), "flag()");
}

async function bytesAt(storage: StorageAdapter, key: string): Promise<Uint8Array> {
  return await new Response((await storage.read(key))?.body).bytes();
}

/** Reads the torn bytes that were set aside. */
async function aside(storage: StorageAdapter): Promise<Uint8Array[]> {
  const keys = (await keysOf(storage)).filter((key) => key.includes(".torn-"));
  return await Promise.all(keys.map((key) => bytesAt(storage, key)));
}

async function datasets(storage: StorageAdapter): Promise<string[]> {
  return (await keysOf(storage)).filter((key) => !key.includes(".torn-"));
}

// A file that was cut

const CUT_ROWS: readonly (readonly string[])[] = [
  ["1", "plain", TIME],
  ["2", 'say "hi", 5" wide', TIME],
  ["3", "two\r\nlines\nand\rmore", TIME],
  ["4", "é🌍\u2028, ünïcode", TIME],
  ["5", "", TIME],
  ["6", '"', TIME],
];

function csvOf(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
    .join(",") + "\r\n";
}

const WHOLE = encoder.encode(HEADER + CUT_ROWS.map(csvOf).join(""));
const HEADER_END = HEADER.length - 2;

/** The result of a cut: whole rows, and the bytes of a torn one. */
function leftBy(cut: number): { rows: (readonly string[])[]; torn: Uint8Array | null } {
  const rows: (readonly string[])[] = [];
  let start = HEADER.length;
  for (const row of CUT_ROWS) {
    const length = encoder.encode(csvOf(row)).length;
    if (cut === start + length - 2 - FRACTION.length) {
      // No cell is lost, only the fraction of the second.
      rows.push([...row.slice(0, -1), TIME.slice(0, -FRACTION.length)]);
      return { rows, torn: null };
    }
    if (cut < start + length - 2) {
      return { rows, torn: cut > start ? WHOLE.slice(start, cut) : null };
    }
    rows.push(row);
    start += length;
  }
  return { rows, torn: null };
}

/** Flags over a cut file. Returns the expected text of the file that received the row. */
async function flagOverCut(storage: StorageAdapter, cut: number): Promise<string[][]> {
  const at = `cut at ${cut}`;
  const header = LABELS.concat("timestamp");
  await storage.write("dataset1.csv", WHOLE.slice(0, cut));
  const count = await flagNew(storage);
  if (cut > 0 && cut < HEADER_END) {
    // The header is not the logger's: another file receives the row, and this one is not changed.
    assertEquals(await bytesAt(storage, "dataset1.csv"), WHOLE.slice(0, cut), at);
    assertEquals(await textOf(storage, "dataset2.csv"), HEADER + NEW_ROW, at);
    assertEquals(await aside(storage), [], at);
    assertEquals([count, await flagNew(storage, "again")], [1, 2], at);
    return [header, ["new", "row", TIME], ["again", "row", TIME]];
  }
  const { rows, torn } = leftBy(cut);
  assertEquals(await aside(storage), torn === null ? [] : [torn], at);
  assertEquals(await datasets(storage), ["dataset1.csv"], at);
  assertEquals([count, await flagNew(storage, "again")], [rows.length + 1, rows.length + 2], at);
  assertEquals((await aside(storage)).length, torn === null ? 0 : 1, at);
  const after = [["new", "row", TIME], ["again", "row", TIME]];
  return [header, ...rows.map((row) => [...row]), ...after];
}

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger.flag() keeps every whole row of a file cut anywhere, ${name}`, async () => {
    await using copies = new TempDir();
    const paths: string[] = [];
    const expected: string[][][] = [];
    for (let cut = 0; cut <= WHOLE.length; cut++) {
      await using store = make();
      const records = await flagOverCut(store.storage, cut);
      const file = (await datasets(store.storage)).at(-1)!;
      const bytes = await bytesAt(store.storage, file);
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      assertEquals(parseStrictly(text), records, `cut at ${cut}`);
      const path = `${copies.path}/${cut}.csv`;
      Deno.writeFileSync(path, bytes);
      paths.push(path);
      expected.push(records);
    }
    if (hasPython()) assertEquals(await readByPython(paths), expected);
  });
}

Deno.test("CSVLogger.flag() sets aside a row that was cut within its timestamp", async () => {
  for (let length = 0; length < TIME.length; length++) {
    const storage = new MemoryAdapter();
    if (length === TIME.length - FRACTION.length) continue; // whole but for the fraction
    const torn = `1,one,${TIME.slice(0, length)}`;
    await storage.write("dataset1.csv", bytesOf(HEADER, torn));
    assertEquals(await flagNew(storage), 1);
    assertEquals(await textOf(storage, "dataset1.csv"), HEADER + NEW_ROW);
    assertEquals(await aside(storage), [bytesOf(torn)]);
  }
});

Deno.test("SimpleCSVLogger.flag() sets aside a row without a line end, which may be torn", async () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["a,b\r\nc", "a,b\r\nnew,row\r\n", 2],
    ["a,b\r\nc,", "a,b\r\nnew,row\r\n", 2],
    ["a,b\r\nc,d", "a,b\r\nnew,row\r\n", 2],
    ['a,b\r\nc,"d', "a,b\r\nnew,row\r\n", 2],
    ["a,b", "new,row\r\n", 1],
    ["a", "new,row\r\n", 1],
  ];
  for (const [before, after, count] of cases) {
    const storage = new MemoryAdapter();
    await storage.write("log.csv", bytesOf(before));
    await using logger = new SimpleCSVLogger({ storage });
    await logger.setup(["a", "b"], "");
    assertEquals(await logger.flag(["new", "row"]), count);
    assertEquals(await textOf(storage, "log.csv"), after);
    const kept = after.slice(0, -"new,row\r\n".length);
    assertEquals(await aside(storage), [bytesOf(before.slice(kept.length))]);
  }
});

// Files of other programs

interface Foreign {
  readonly before: Uint8Array;
  /** The file afterwards; if absent, it is unchanged and `dataset2.csv` has the row. */
  readonly after?: Uint8Array;
  readonly count?: number;
  readonly torn?: Uint8Array;
}

const ONE = `1,one,${TIME}\r\n`;
const BARE_ONE = ONE.slice(0, -2);
const MARK = "\ufeff";

const FOREIGN: Readonly<Record<string, Foreign>> = {
  "is empty": { before: bytesOf(), after: bytesOf(HEADER, NEW_ROW), count: 1 },
  "has a header only": {
    before: bytesOf(HEADER),
    after: bytesOf(HEADER, NEW_ROW),
    count: 1,
  },
  "has a header without a line end": {
    before: bytesOf(HEADER.trim()),
    after: bytesOf(HEADER, NEW_ROW),
    count: 1,
  },
  "has a quoted header": {
    before: bytesOf('"id","text","timestamp"\n'),
    after: bytesOf('"id","text","timestamp"\n', NEW_ROW),
    count: 1,
  },
  "has no final line end": {
    before: bytesOf(HEADER, BARE_ONE),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
  },
  "ends with a line end within quotes": {
    before: bytesOf(HEADER, '1,"one\r\n'),
    after: bytesOf(HEADER, NEW_ROW),
    count: 1,
    torn: bytesOf('1,"one\r\n'),
  },
  "ends inside open quotes that swallow whole rows": {
    before: bytesOf(HEADER, ONE, `2,"open,${TIME}\r\n`, ONE),
    after: bytesOf(HEADER, ONE, ONE, NEW_ROW),
    count: 3,
    torn: bytesOf(`2,"open,${TIME}\r\n`),
  },
  "ends inside open quotes that swallow a row without a line end": {
    before: bytesOf(HEADER, ONE, `2,"open,${TIME}\n`, BARE_ONE),
    after: bytesOf(HEADER, ONE, ONE, NEW_ROW),
    count: 3,
    torn: bytesOf(`2,"open,${TIME}\n`),
  },
  "ends inside open quotes of several lines that swallow whole rows": {
    before: bytesOf(HEADER, ONE, `2,"open\r\nlines,${TIME}\r\n`, ONE),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
    torn: bytesOf(`2,"open\r\nlines,${TIME}\r\n`, ONE),
  },
  "ends inside open quotes that swallow a row and half a row": {
    before: bytesOf(HEADER, ONE, `2,"open,${TIME}\r\n`, ONE, "3,thr"),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
    torn: bytesOf(`2,"open,${TIME}\r\n`, ONE, "3,thr"),
  },
  "ends inside open quotes after a line that ends like a row": {
    before: bytesOf(HEADER, ONE, `2,"open,${TIME}\r\n`),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
    torn: bytesOf(`2,"open,${TIME}\r\n`),
  },
  "ends with a row of too few cells": {
    before: bytesOf(HEADER, ONE, "2,two"),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
    torn: bytesOf("2,two"),
  },
  "has rows of other lengths": {
    before: bytesOf(HEADER, "1\r\n1,2,3,4\r\n"),
    after: bytesOf(HEADER, "1\r\n1,2,3,4\r\n", NEW_ROW),
    count: 3,
  },
  "has a byte order mark": {
    before: bytesOf(MARK, HEADER, ONE),
    after: bytesOf(MARK, HEADER, ONE, NEW_ROW),
    count: 2,
  },
  "has a byte order mark and no line end": {
    before: bytesOf(MARK, HEADER.trim()),
    after: bytesOf(MARK, HEADER, NEW_ROW),
    count: 1,
  },
  "is a byte order mark": {
    before: bytesOf(MARK),
    after: bytesOf(MARK, HEADER, NEW_ROW),
    count: 1,
  },
  "is a part of a byte order mark": { before: bytesOf(0xef, 0xbb) },
  "has CR line ends": {
    before: bytesOf(`id,text,timestamp\r1,one,${TIME}\r`),
    after: bytesOf(`id,text,timestamp\r1,one,${TIME}\r`, NEW_ROW),
    count: 2,
  },
  "has CR line ends but no final one": {
    before: bytesOf(`id,text,timestamp\r${BARE_ONE}`),
    after: bytesOf(`id,text,timestamp\r${BARE_ONE}\r\n`, NEW_ROW),
    count: 2,
  },
  "has LF line ends": {
    before: bytesOf(`id,text,timestamp\n${BARE_ONE}\n`),
    after: bytesOf(`id,text,timestamp\n${BARE_ONE}\n`, NEW_ROW),
    count: 2,
  },
  "has blank lines everywhere": {
    before: bytesOf("\r\n\n", HEADER, "\r\n\r\n", ONE, "\n\r\n"),
    after: bytesOf("\r\n\n", HEADER, "\r\n\r\n", ONE, "\n\r\n", NEW_ROW),
    count: 2,
  },
  "is blank lines": {
    before: bytesOf("\r\n\n\r"),
    after: bytesOf("\r\n\n\r", HEADER, NEW_ROW),
    count: 1,
  },
  "has a header that is not UTF-8": {
    before: bytesOf("id,te", 0xff, "xt,timestamp\r\n", ONE),
  },
  "has a header in open quotes": { before: bytesOf('id,"text,timestamp\r\n', ONE) },
  "has other headers": { before: bytesOf("id,texts,timestamp\r\n", ONE) },
  "has its headers in another order": { before: bytesOf("text,id,timestamp\r\n", ONE) },
  "is UTF-16": {
    before: new Uint8Array(Uint16Array.from(`${MARK}${HEADER}`, (c) => c.charCodeAt(0)).buffer),
  },
  "has rows that are not UTF-8": {
    before: bytesOf(HEADER, "1,", 0xff, 0xc3, `,${TIME}\r\n`),
    after: bytesOf(HEADER, "1,", 0xff, 0xc3, `,${TIME}\r\n`, NEW_ROW),
    count: 2,
  },
  "ends with a row that is not UTF-8 and has no line end": {
    before: bytesOf(HEADER, ONE, "2,", 0xff, `,${TIME}`),
    after: bytesOf(HEADER, ONE, NEW_ROW),
    count: 2,
    torn: bytesOf("2,", 0xff, `,${TIME}`),
  },
  "has NUL bytes": {
    before: bytesOf(HEADER, `1,\0,${TIME}\r\n`),
    after: bytesOf(HEADER, `1,\0,${TIME}\r\n`, NEW_ROW),
    count: 2,
  },
};

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger.flag() keeps every byte of a foreign file, ${name}`, async (t) => {
    for (const [what, { before, after = before, count = 1, torn }] of Object.entries(FOREIGN)) {
      await t.step(`that ${what}`, async () => {
        await using store = make();
        const { storage } = store;
        await storage.write("dataset1.csv", before);
        assertEquals(await flagNew(storage), count);
        assertEquals(await bytesAt(storage, "dataset1.csv"), after);
        assertEquals(await aside(storage), torn === undefined ? [] : [torn]);
        const files = after === before ? ["dataset1.csv", "dataset2.csv"] : ["dataset1.csv"];
        assertEquals(await datasets(storage), files);
        if (after === before) {
          assertEquals(await textOf(storage, "dataset2.csv"), HEADER + NEW_ROW);
        }
        assertEquals(await flagNew(store.again()), count + 1);
      });
    }
  });
}

// Changes of the file between two flags of one logger. The rows are longer than the end of a file that
// a logger remembers, so that it cannot recognise the header by chance.

const LONG = "x".repeat(200);
const FIRST = `first,${LONG},${TIME}\r\n`;
const SECOND = `second,row,${TIME}\r\n`;
const OTHER_HEADER = "no,else,timestamp\r\n"; // of the length of HEADER
const FOREIGN_ROW = `foreign,row,${TIME}\r\n`;

interface Change {
  /** The file between the flags; `null` if it is removed. */
  readonly to: string | null;
  /** The file afterwards; if absent, it is unchanged and `dataset2.csv` has the second row. */
  readonly after?: string;
  readonly count?: number;
  readonly torn?: string;
}

const CHANGES: Readonly<Record<string, Change>> = {
  "removed": { to: null, after: HEADER + SECOND, count: 1 },
  "emptied": { to: "", after: HEADER + SECOND, count: 1 },
  "shortened to its header": { to: HEADER, after: HEADER + SECOND, count: 1 },
  "shortened to its header without a line end": {
    to: HEADER.trim(),
    after: HEADER + SECOND,
    count: 1,
  },
  "shortened within a row": {
    to: HEADER + FIRST.slice(0, 20),
    after: HEADER + SECOND,
    count: 1,
    torn: FIRST.slice(0, 20),
  },
  "shortened by its last byte": {
    to: (HEADER + FIRST).slice(0, -1),
    after: (HEADER + FIRST).slice(0, -1) + SECOND,
    count: 2,
  },
  "shortened within its header": { to: HEADER.slice(0, 7) },
  "given a row": {
    to: HEADER + FIRST + FOREIGN_ROW,
    after: HEADER + FIRST + FOREIGN_ROW + SECOND,
    count: 3,
  },
  "given a row without a line end": {
    to: HEADER + FIRST + FOREIGN_ROW.trim(),
    after: HEADER + FIRST + FOREIGN_ROW + SECOND,
    count: 3,
  },
  "given a part of a row": {
    to: `${HEADER}${FIRST}foreign,"`,
    after: HEADER + FIRST + SECOND,
    count: 2,
    torn: 'foreign,"',
  },
  "given blank lines": {
    to: `${HEADER}${FIRST}\r\n\n`,
    after: `${HEADER}${FIRST}\r\n\n${SECOND}`,
    count: 2,
  },
  "replaced by another one with its header": {
    to: HEADER + FOREIGN_ROW + FOREIGN_ROW,
    after: HEADER + FOREIGN_ROW + FOREIGN_ROW + SECOND,
    count: 3,
  },
  "replaced by a longer one with its header": {
    to: HEADER + FOREIGN_ROW.repeat(20),
    after: HEADER + FOREIGN_ROW.repeat(20) + SECOND,
    count: 21,
  },
  "given a byte order mark": {
    to: MARK + HEADER + FIRST,
    after: MARK + HEADER + FIRST + SECOND,
    count: 2,
  },
  "edited in a row, at equal length": {
    to: (HEADER + FIRST).replace("xxx", "yyy"),
    after: (HEADER + FIRST).replace("xxx", "yyy") + SECOND,
    count: 2,
  },
  "edited in its header, at equal length": { to: OTHER_HEADER + FIRST },
  "edited in its header, and shortened": { to: OTHER_HEADER + FIRST.slice(9) },
  "edited in its header, and lengthened": { to: `much,other,timestamp\r\n${FIRST}` },
  "edited in its header, at equal length, and given a row": {
    to: OTHER_HEADER + FIRST + FOREIGN_ROW,
  },
  "edited in its header, at equal length, and given a part of a row": {
    to: `${OTHER_HEADER}${FIRST}foreign,"`,
  },
  "replaced by something else": { to: "not a dataset at all" },
};

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger.flag() adds no row under a different header, ${name}`, async (t) => {
    for (const [what, { to, after, count = 1, torn }] of Object.entries(CHANGES)) {
      await t.step(`when the file was ${what}`, async () => {
        await using store = make();
        const { storage } = store;
        await using logger = loggerOver(storage);
        await logger.setup(LABELS, "");
        assertEquals(await logger.flag(["first", LONG]), 1);
        assertEquals(await textOf(storage, "dataset1.csv"), HEADER + FIRST);
        if (to === null) await storage.delete("dataset1.csv");
        else await storage.write("dataset1.csv", bytesOf(to));
        const said = await within(PATIENCE_MS, logger.flag(["second", "row"]), "flag()");
        assertEquals(await textOf(storage, "dataset1.csv"), after ?? to);
        assertEquals(said, count);
        if (after === undefined) {
          assertEquals(await textOf(storage, "dataset2.csv"), HEADER + SECOND);
        }
        assertEquals(await aside(storage), torn === undefined ? [] : [bytesOf(torn)]);
        assertEquals(await logger.flag(["third", "row"]), count + 1);
      });
    }
  });
}

Deno.test("CSVLogger.flag() detects that another program edited the header in place", async (t) => {
  for (const [what, more] of [["alone", ""], ["and a row was added", FOREIGN_ROW]] as const) {
    await t.step(what, async () => {
      await using dir = new TempDir();
      await using logger = loggerOver(new LocalFsAdapter({ root: dir.path }));
      await logger.setup(LABELS, "");
      await logger.flag(["first", LONG]);
      await new Promise((done) => setTimeout(done, 20)); // longer than a tick of the clock that file systems use
      const path = `${dir.path}/dataset1.csv`;
      const inode = Deno.statSync(path).ino;
      Deno.writeTextFileSync(path, OTHER_HEADER + FIRST + more);
      assertEquals(Deno.statSync(path).ino, inode); // the same file, written over
      assertEquals(await logger.flag(["second", "row"]), 1);
      assertEquals(Deno.readTextFileSync(path), OTHER_HEADER + FIRST + more);
      assertEquals(logger.datasetFile, "dataset2.csv");
    });
  }
});

/** A store with some broken bodies; `reads` counts from zero. */
function breaking(base: StorageAdapter, isBroken: (read: number) => boolean): StorageAdapter {
  let reads = 0;
  return instead(base, {
    async read(key, options) {
      const found = await base.read(key, options);
      if (found === null || !isBroken(reads++)) return found;
      await found.body.cancel();
      const error = new StorageError("broke", { code: "Unknown", adapter: "memory" });
      const body = new ReadableStream<Uint8Array>({ pull: (to) => to.error(error) });
      return { ...found, body };
    },
  });
}

Deno.test("CSVLogger.flag() detects an edited header even if the first read failed", async (t) => {
  const edits = { "alone": "", "and a row was added": FOREIGN_ROW, "and a torn row": 'x,"' };
  for (const [what, more] of Object.entries(edits)) {
    for (const writeMode of ["append", "rewrite"] as const) {
      await t.step(`${what}, ${writeMode}`, async () => {
        for (let broken = 0; broken < BROKEN_READS; broken++) {
          const { storage: base } = STORES[writeMode]!();
          let from = Infinity;
          let reads = 0;
          const storage = breaking(base, (read) => {
            reads = read + 1;
            return read === from;
          });
          await using logger = loggerOver(storage);
          await logger.setup(LABELS, "");
          await logger.flag(["first", LONG]);
          await base.write("dataset1.csv", bytesOf(OTHER_HEADER, FIRST, more));
          from = reads + broken;
          await logger.flag(["second", "row"]).catch(() => {});
          from = Infinity;
          await logger.flag(["third", "row"]);
          const text = await textOf(base, "dataset1.csv");
          assert(text.startsWith(OTHER_HEADER + FIRST), `read ${broken} broke: ${text}`);
          assert(!/second|third/.test(text), `read ${broken} broke: ${text}`);
        }
      });
    }
  }
});

// The resource sanitizer checks for the handle.
Deno.test("CSVLogger.flag() leaves no file open when the file was shortened", async () => {
  await using dir = new TempDir();
  await using logger = loggerOver(new LocalFsAdapter({ root: dir.path }));
  await logger.setup(LABELS, "");
  await logger.flag(["first", LONG]);
  Deno.writeTextFileSync(`${dir.path}/dataset1.csv`, HEADER);
  assertEquals(await logger.flag(["second", "row"]), 1);
});

Deno.test("CSVLogger.flag() creates the directory again after it was deleted", async () => {
  await using dir = new TempDir();
  const root = `${dir.path}/a/b`;
  await using logger = loggerOver(new LocalFsAdapter({ root }));
  await logger.setup(LABELS, "deep/er");
  for (const path of [`${root}/deep/er`, `${root}/deep`, root, `${dir.path}/a`]) {
    assertEquals(await logger.flag(["new", "row"]), 1);
    assertEquals(Deno.readTextFileSync(`${root}/deep/er/dataset1.csv`), HEADER + NEW_ROW);
    Deno.removeSync(path, { recursive: true });
  }
});

Deno.test("CSVLogger.flag() keeps all rows when another program appends without the lock", async (t) => {
  await t.step("between flags", async () => {
    await using dir = new TempDir();
    const path = `${dir.path}/dataset1.csv`;
    await using logger = loggerOver(new LocalFsAdapter({ root: dir.path }));
    await logger.setup(LABELS, "");
    let expected = HEADER;
    for (let i = 0; i < 20; i++) {
      assertEquals(await logger.flag([`mine ${i}`, "row"]), 2 * i + 1);
      Deno.writeTextFileSync(path, `theirs ${i},row,${TIME}\n`, { append: true });
      expected += `mine ${i},row,${TIME}\r\ntheirs ${i},row,${TIME}\n`;
    }
    assertEquals(Deno.readTextFileSync(path), expected);
  });
  await t.step("in the moment before the logger writes", async () => {
    await using dir = new TempDir();
    const path = `${dir.path}/dataset1.csv`;
    await using logger = loggerOver(new LocalFsAdapter({ root: dir.path }));
    await logger.setup(LABELS, "");
    await logger.flag(["mine 1", "row"]);
    const { writeSync } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.writeSync = function (bytes) {
      Deno.FsFile.prototype.writeSync = writeSync;
      Deno.writeTextFileSync(path, `theirs,row,${TIME}\n`, { append: true });
      return this.writeSync(bytes);
    };
    await logger.flag(["mine 2", "row"]);
    assertEquals(await logger.flag(["mine 3", "row"]), 4);
    const [, ...rows] = parseStrictly(Deno.readTextFileSync(path));
    assertEquals(rows.map(([id]) => id), ["mine 1", "theirs", "mine 2", "mine 3"]);
  });
  await t.step("in the midst of a row, which it ends soon", async () => {
    await using dir = new TempDir();
    const path = `${dir.path}/dataset1.csv`;
    const disk = new LocalFsAdapter({ root: dir.path });
    const storage = instead(disk, {
      async read(key, options) {
        const result = await disk.read(key, options);
        return result && { ...result, info: { ...result.info, modified: new Date() } };
      },
    });
    await using logger = loggerOver(storage);
    await logger.setup(LABELS, "");
    await logger.flag(["mine", "row"]);
    const put = (text: string) => Deno.writeTextFileSync(path, text, { append: true });
    put('theirs 1,"half ');
    // The rest arrives while the logger waits, however slow this machine is.
    const rest = ['of a row",', `${TIME}\n`];
    const { setTimeout } = globalThis;
    globalThis.setTimeout = ((handler: () => void) => {
      put(rest.shift() ?? "");
      return setTimeout(handler, 0);
    }) as typeof setTimeout;
    try {
      assertEquals(await logger.flag(["mine", "row 2"]), 3);
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    const [, ...rows] = parseStrictly(Deno.readTextFileSync(path));
    assertEquals(rows.map(([, text]) => text), ["row", "half of a row", "row 2"]);
  });
  await t.step("in the midst of a row, which it ends much later", async () => {
    await using dir = new TempDir();
    const path = `${dir.path}/dataset1.csv`;
    Deno.writeTextFileSync(path, HEADER);
    using other = Deno.openSync(path, { append: true });
    const put = (text: string) => other.writeSync(encoder.encode(text));
    put("theirs 1,first ha");
    const storage = new LocalFsAdapter({ root: dir.path });
    await using logger = loggerOver(storage);
    await logger.setup(LABELS, "");
    assertEquals(await logger.flag(["mine", "row"]), 1);
    put(`lf,${TIME}\n`);
    put(`theirs 2,row,${TIME}\n`);
    assertEquals(await logger.flag(["mine", "row 2"]), 4);
    const text = Deno.readTextFileSync(path);
    assertEquals(text.split(/\r?\n/).slice(1, -1), [
      `mine,row,${TIME}`,
      `lf,${TIME}`, // no logger can put it together, but no byte is lost
      `theirs 2,row,${TIME}`,
      `mine,row 2,${TIME}`,
    ]);
    assertEquals(await aside(storage), [bytesOf("theirs 1,first ha")]);
  });
  await t.step("during flags", async () => {
    await using dir = new TempDir();
    const path = `${dir.path}/dataset1.csv`;
    await using logger = loggerOver(new LocalFsAdapter({ root: dir.path }));
    await logger.setup(LABELS, "");
    await logger.flag(["mine", "first"]);
    const loop = 'for ((i = 0; i < $2; i++)); do printf "theirs,%s,%s\\n" $i "$3" >> "$1"; done';
    const args = ["-c", loop, "-", path, String(FOREIGN_ROWS), TIME];
    let isRunning = true;
    const ended = new Deno.Command("bash", { args }).output().finally(() => isRunning = false);
    let flagged = 0;
    while (isRunning) {
      await logger.flag(["mine", `${flagged++}`]);
      await new Promise((done) => setTimeout(done, 0)); // lets the end of the loop arrive
    }
    assert((await ended).success);
    const total = await logger.flag(["mine", "last"]);
    const [, ...rows] = parseStrictly(Deno.readTextFileSync(path));
    assertEquals(total, rows.length);
    const told = (who: string) => rows.filter(([id]) => id === who).map(([, text]) => text);
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
    assertEquals(told("theirs"), numbers(FOREIGN_ROWS));
    assertEquals(told("mine"), ["first", ...numbers(flagged), "last"]);
    assertEquals(await keysOf(new LocalFsAdapter({ root: dir.path })), ["dataset1.csv"]);
  });
});

// Setting aside

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger.flag() sets aside one line only if a quote in it hides whole rows, ${name}`, async () => {
    for (let race = 0; race < RACES; race++) {
      await using store = make();
      const { storage } = store;
      const long = (id: number) => `${id},${"x".repeat(1000)},${TIME}\r\n`;
      const rows = Array.from({ length: 1000 }, (_, i) => long(i));
      const metadata = storage.capabilities.metadata ? { metadata: { kept: "yes" } } : {};
      const lines = [HEADER, ...rows];
      lines[3] = `"${lines[3]}`;
      await storage.write("dataset1.csv", bytesOf(lines.join("")), metadata);
      const ids = Array.from({ length: RACERS }, (_, i) => `racer ${i}`);
      await Promise.all(ids.map((id) => flagNew(store.again(), id)));
      const whole = lines.filter((line) => !line.startsWith('"')).join("");
      const text = await textOf(storage, "dataset1.csv");
      assert(text.startsWith(whole), "a row is missing");
      const [, ...all] = parseStrictly(text);
      assertEquals(all.slice(rows.length - 1).map(([id]) => id!).sort(), ids);
      assertEquals(await aside(storage), [bytesOf(lines[3]!)]);
      const info = await storage.stat("dataset1.csv");
      if (storage.capabilities.metadata) assertEquals(info?.metadata?.kept, "yes");
    }
  });
}

Deno.test("CSVLogger.flag() sets aside one line only if a quote in it hides whole rows, with own timestamps", async () => {
  const lines = [HEADER, "1,one,2026-01-30\r\n", '2,"two,2026-01-31\r\n', "3,three,2026-02-01\r\n"];
  const flagInto = async (text: string) => {
    const storage = new MemoryAdapter();
    await storage.write("dataset1.csv", bytesOf(text));
    await using logger = new CSVLogger({
      storage,
      verbose: false,
      timestamp: () => "2026-02-02",
    });
    await logger.setup(LABELS, "");
    await logger.flag(["new", "row"]);
    const kept = (await aside(storage)).map((bytes) => new TextDecoder().decode(bytes));
    return [await textOf(storage, "dataset1.csv"), ...kept];
  };
  const row = "new,row,2026-02-02\r\n";
  const [header = "", first = "", open = "", third = ""] = lines;
  assertEquals(await flagInto(lines.join("")), [header + first + third + row, open]);
  // A row of another length does not show that it is one.
  const short = "3,2026-02-01\r\n";
  assertEquals(await flagInto(header + first + open + short), [header + first + row, open + short]);
});

const TORN_FILE = `${HEADER}${ONE}2,"torn`;

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger.flag() sets a torn row aside once when many loggers find it, ${name}`, async () => {
    for (let race = 0; race < RACES; race++) {
      await using store = make();
      await store.storage.write("dataset1.csv", bytesOf(TORN_FILE));
      const ids = Array.from({ length: RACERS }, (_, i) => `racer ${i}`);
      const counts = await Promise.all(ids.map((id) => flagNew(store.again(), id)));
      assertEquals(counts.sort((a, b) => a - b), ids.map((_, i) => i + 2));
      assertEquals(await aside(store.storage), [bytesOf('2,"torn')]);
      const [, ...rows] = parseStrictly(await textOf(store.storage, "dataset1.csv"));
      assertEquals(rows.map(([id]) => id!).sort(), ["1", ...ids]);
    }
  });
}

Deno.test("CSVLogger.flag() sets a torn row aside once when many loggers find it, one of them late", async () => {
  await using store = STORES["local disk"]!();
  await store.storage.write("dataset1.csv", bytesOf(TORN_FILE));
  const reached = Promise.withResolvers<void>();
  const others = Promise.withResolvers<void>();
  const late = instead(store.storage, {
    async write(key, body, options) {
      reached.resolve();
      await others.promise; // the body is open, and not yet read
      return await store.storage.write(key, body, options);
    },
  });
  const flagged = flagNew(late, "late");
  await reached.promise;
  assertEquals(await flagNew(store.again(), "first"), 2);
  others.resolve();
  assertEquals(await flagged, 3);
  assertEquals(await aside(store.storage), [bytesOf('2,"torn')]);
});

/** A store whose writes to the dataset fail while `isFull()`. */
function fullStore(base: StorageAdapter, isFull: () => boolean): StorageAdapter {
  const full = new StorageError("full", { code: "NoSpace", adapter: "", outcome: "not-applied" });
  return instead(base, {
    async write(key, body, options) {
      if (!isFull() || !key.endsWith(".csv")) return await base.write(key, body, options);
      if (body instanceof ReadableStream) await body.cancel();
      throw full;
    },
    ...(base.append && {
      append: (key, bytes, options) =>
        isFull() ? Promise.reject(full) : base.append!(key, bytes, options),
    }),
  });
}

Deno.test("CSVLogger.flag() continues after setting aside failed and the file became shorter", async () => {
  for (const writeMode of ["append", "append, no cut", "rewrite"] as const) {
    for (const shorter of [HEADER, HEADER + ONE, "", HEADER.trim(), 'id,"te']) {
      const { storage: base } = STORES[writeMode]!();
      let isFull = true;
      const storage = fullStore(base, () => isFull);
      await base.write("dataset1.csv", bytesOf(TORN_FILE));
      await using logger = loggerOver(storage);
      await logger.setup(LABELS, "");
      await assertRejects(() => logger.flag(["refused", "row"]), StorageError, "full");
      isFull = false;
      await base.write("dataset1.csv", bytesOf(shorter));
      const count = shorter === HEADER + ONE ? 2 : 1;
      const flagged = within(PATIENCE_MS, logger.flag(["new", "row"]), "flag()");
      assertEquals(await flagged, count, `${writeMode}, ${shorter}`);
      const texts = await Promise.all((await datasets(base)).map((key) => textOf(base, key)));
      assertEquals(texts.join("").split(NEW_ROW).length, 2);
      assert(!texts.join("").includes("refused"));
    }
  }
});

Deno.test("CSVLogger.flag() stores at most one copy of torn bytes that it cannot cut off", async () => {
  for (const writeMode of ["append", "append, no cut", "rewrite"] as const) {
    const { storage: base } = STORES[writeMode]!();
    await base.write("dataset1.csv", bytesOf(TORN_FILE));
    await using logger = loggerOver(fullStore(base, () => true));
    await logger.setup(LABELS, "");
    for (let i = 0; i < 5; i++) {
      await assertRejects(() => logger.flag(["refused", "row"]), StorageError, "full");
    }
    const copies = (await aside(base)).length;
    assert(copies <= 1, `${writeMode}: ${copies} copies after 5 flags that failed`);
    assertEquals(await textOf(base, "dataset1.csv"), TORN_FILE);
  }
});

Deno.test("CSVLogger.flag() continues in the next file if a torn one supports append but not swap", async () => {
  const storage = new MemoryAdapter({ capabilities: { swap: "none", cut: false } });
  await storage.write("dataset1.csv", bytesOf(TORN_FILE));
  await using logger = loggerOver(storage);
  await logger.setup(LABELS, "");
  const said: unknown[] = [];
  for (let i = 0; i < 3; i++) said.push(await logger.flag(["new", "row"]).catch(String));
  assert((await aside(storage)).length <= 1, "each flag left a copy of the torn bytes");
  assert(said.every((count) => typeof count === "number"), String(said));
});

Deno.test("CSVLogger.flag() sets a large torn record aside without reading it into memory", async () => {
  await using store = STORES["local disk"]!();
  const rows = `some text, some more\r\n`.repeat(20_000);
  await store.storage.write("dataset1.csv", encoder.encode(`${HEADER}"${rows}`));
  let isStreamed: boolean | undefined;
  const storage = instead(store.storage, {
    write(key, body, options) {
      if (key.includes(".torn-")) isStreamed = body instanceof ReadableStream;
      return store.storage.write(key, body, options);
    },
  });
  assertEquals(await flagNew(storage), 1);
  assertEquals(isStreamed, true);
  assertEquals((await aside(store.storage)).map(({ length }) => length), [rows.length + 1]);
  assertEquals(await textOf(store.storage, "dataset1.csv"), HEADER + NEW_ROW);
});

Deno.test("CSVLogger.flag() sets a torn row aside if its part is full", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none", versions: "content" } });
  const rows = `1,${"x".repeat(100)},${TIME}\r\n`.repeat(10);
  await storage.write("dataset1.csv", encoder.encode(`${HEADER}${rows}torn`));
  const notices: string[] = [];
  await using logger = new CSVLogger({
    storage,
    verbose: false,
    maxPartBytes: 500,
    timestamp: () => TIME,
    onNotice: (notice) => notices.push(notice),
  });
  await logger.setup(LABELS, "");
  assertEquals(await logger.flag(["new", "row"]), 11);
  assertEquals(await textOf(storage, "dataset1.csv"), HEADER + rows + NEW_ROW);
  assert(notices.some((notice) => notice.startsWith("Set aside 4 bytes")), `${notices}`);
  assertEquals(await logger.flag(["new", "row"]), 12);
  assertEquals(await textOf(storage, "dataset1.2.csv"), HEADER + NEW_ROW);
});

Deno.test("CSVLogger.flag() releases the torn row if it cannot be set aside", async () => {
  await using store = STORES["local disk"]!();
  await store.storage.write("dataset1.csv", encoder.encode(`${HEADER}"torn`));
  let cancelled = 0; // the test fails if a file stays open
  const storage = instead(store.storage, {
    async read(key, options) {
      const found = await store.storage.read(key, options);
      const cancel = found?.body.cancel.bind(found.body);
      if (found) found.body.cancel = (reason) => (cancelled++, cancel!(reason));
      return found;
    },
    write(key, body, options) {
      if (!key.includes(".torn-")) return store.storage.write(key, body, options);
      const why = { code: "PermissionDenied", adapter: "test", outcome: "not-applied" } as const;
      throw new StorageError("no new file", why);
    },
  });
  await assertRejects(() => flagNew(storage), StorageError, "no new file");
  assert(cancelled > 0);
});

Deno.test("CSVLogger reports a torn row that it set aside if it is verbose", async () => {
  const storage = new MemoryAdapter();
  await storage.write("dataset1.csv", bytesOf(TORN_FILE));
  await using logger = new CSVLogger({ storage, timestamp: () => TIME });
  await logger.setup(LABELS, "");
  const printed = await printedBy(() => logger.flag(["new", "row"]));
  assertMatch(
    printed[0] ?? "",
    /^Set aside 7 bytes of a torn row of dataset1\.csv in dataset1\.csv\.torn-/,
  );
});
