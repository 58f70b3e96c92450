import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Cell, CellContext } from "../../src/components/component.ts";
import { safeName } from "../../src/components/safe_name.ts";
import { value } from "../../src/components/value.ts";
import { decodeRecord } from "../../src/csv/decode.ts";
import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell, unescapeCell } from "../../src/csv/escape.ts";
import type { Escaping } from "../../src/csv/escaping.ts";
import { escapingOf } from "../../src/csv/formulas.ts";
import { RecordScanner } from "../../src/csv/record_scanner.ts";
import { DatasetLog } from "../../src/dataset/log/dataset_log.ts";
import { readRecords } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { sanitize } from "../../src/loggers/_cells.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { assertSameCell, canonicalJson, parseCsv } from "./_cells.ts";
import { verifyDeviated, verifyTable } from "./_deviate.ts";
import { type ReadVector, readVectors, type RowVector, type TextVector } from "./_goldens.ts";
import { type Stage, STAGES } from "./_stage.ts";
import type { Goldens } from "./deviations.ts";

type VectorFile = Exclude<keyof Goldens, "scenarios">;

/** How to test the vectors of a file: by calling functions, and by way of a storage. */
interface Trial<File extends VectorFile, Outcome> {
  readonly file: File;
  /** The functions that are called directly. */
  readonly functions: string;
  readonly direct: (vector: Goldens[File]) => Outcome;
  /** Returns the outcomes of all vectors, by way of a storage. */
  readonly stored: (vectors: readonly Goldens[File][], stage: Stage) => Promise<Outcome[]>;
  readonly verify: (vector: Goldens[File], outcome: Outcome) => void;
}

function testVectors<File extends VectorFile, Outcome>(trial: Trial<File, Outcome>): void {
  const { file, functions, direct, stored, verify } = trial;
  const vectors = readVectors<Goldens[File]>(file);

  async function verifyAll(t: Deno.TestContext, outcomes: readonly (() => Outcome)[]) {
    for (const [i, vector] of vectors.entries()) {
      await t.step(vector.id, () => {
        const outcome = outcomes[i]!();
        verifyDeviated(file, vector, (expected) => verify(expected, outcome));
      });
    }
  }

  Deno.test(`vectors of ${file} with ${functions}`, async (t) => {
    await verifyAll(t, vectors.map((vector) => () => direct(vector)));
  });

  for (const [adapter, open] of Object.entries(STAGES)) {
    Deno.test(`vectors of ${file} on ${adapter}`, async (t) => {
      await using stage = open();
      const outcomes = await stored(vectors, stage);
      await verifyAll(t, outcomes.map((outcome) => () => outcome));
    });
  }

  Deno.test(`every deviation for vectors of ${file} is needed`, () => {
    verifyTable(file, vectors);
  });
}

const CONTEXT: CellContext = {
  column: "x",
  simplifyFileData: true,
  saveFile: () => Promise.reject(new Error("No vector stores a file")),
  openKey: () => Promise.reject(new Error("No vector opens a file")),
};

/** Returns the rows of the file that a logger wrote on a stage. */
async function rowsIn(stage: Stage): Promise<string[][]> {
  const { files: [file] } = await stage.observe();
  return parseCsv(new TextDecoder().decode(file!.bytes));
}

/** Returns the expected output: Gradio's own, unless the vector has a better one. */
function expectedOf({ output, better }: TextVector): string {
  const expected = better?.output ?? output;
  assert(expected !== undefined, "A vector that raises in Gradio must have a better output");
  return typeof expected === "string" ? expected : JSON.stringify(expected);
}

function directCell({ input }: TextVector): string {
  return typeof input === "string"
    ? escapeCell(input)
    : sanitize(value("x").toCell(input, CONTEXT) as Cell, escapingOf() as Escaping, true);
}

testVectors<"sanitize", { cell: string; isStored: boolean }>({
  file: "sanitize",
  functions: "escapeCell() and value()",
  direct: (vector) => ({ cell: directCell(vector), isStored: false }),
  async stored(vectors, stage) {
    await using logger = new SimpleCSVLogger({ ...stage.option, verbose: false });
    await logger.setup([value("x")], stage.flaggingDir);
    for (const { input } of vectors) await logger.flag([input]);
    return (await rowsIn(stage)).map(([cell = ""]) => ({ cell, isStored: true }));
  },
  verify(vector, { cell, isStored }) {
    // A storage keeps UTF-8, which has no unpaired surrogates.
    const kept = (text: string) => isStored ? text.toWellFormed() : text;
    const { input, better } = vector;
    const expected = kept(expectedOf(vector));
    if (better === undefined) assertSameCell(cell, expected);
    else assertEquals(cell, expected);
    // Text is kept as typed, even if Gradio rewrites its JSON.
    if (typeof input === "string") assertEquals(unescapeCell(cell), kept(input));
  },
});

const DEVICE = /^(con|prn|aux|nul|(com|lpt)[1-9\u00b9\u00b2\u00b3]) *(\.|$)/i;

function assertUsableName(name: string, maxBytes: number): void {
  assert(new TextEncoder().encode(name).length <= maxBytes, `${name} is too long`);
  if (maxBytes > 0) assert(!["", ".", ".."].includes(name), `"${name}" is not a usable name`);
  assert(!DEVICE.test(name), `${name} is a device name`);
}

Deno.test("assertUsableName() rejects unusable names", () => {
  assertUsableName("a", 1);
  assertUsableName("", 0);
  for (const name of ["", ".", "..", "abcdef", "con", "NUL.x", "com1 "]) {
    assertThrows(() => assertUsableName(name, 5));
  }
});

testVectors<"filename", string>({
  file: "filename",
  functions: "safeName()",
  direct: ({ input, max_bytes }) => safeName(String(input), max_bytes),
  async stored(vectors, { storage, prefix }) {
    const stored: string[] = [];
    for (const { input, max_bytes } of vectors) {
      const name = safeName(String(input), max_bytes);
      // A name of at most 0 bytes is empty, so there is nothing to store.
      if (max_bytes !== 0) await storage.write(`${prefix}${name}/x`, new Uint8Array());
      const found = await Array.fromAsync(storage.list({ prefix: `${prefix}${name}/` }));
      stored.push(found[0]?.key.slice(prefix.length, -2) ?? "");
    }
    return stored;
  },
  verify(vector, name) {
    if (vector.better?.property === undefined) assertEquals(name, expectedOf(vector));
    else assertUsableName(name, vector.max_bytes ?? 200);
  },
});

/** Returns the value of a JSON array or object, or the text itself if it is neither. */
function valueIn(text: string): unknown {
  return canonicalJson(text) === null ? text : JSON.parse(text);
}

function rawCell(input: unknown): string {
  const cell = value("x").toCell(input, CONTEXT) as string | { verbatim: string };
  return typeof cell === "string" ? cell : cell.verbatim;
}

// Gradio simplifies texts that hold JSON. Here only values are simplified, and texts are kept as
// typed.
testVectors<"simplify", { text: string; simplified: string }>({
  file: "simplify",
  functions: "value()",
  direct: ({ input }) => ({
    text: rawCell(input),
    simplified: rawCell(valueIn(String(input))),
  }),
  async stored(vectors, stage) {
    await using logger = new CSVLogger({ ...stage.option, verbose: false });
    await logger.setup([value("text"), value("value")], stage.flaggingDir);
    for (const { input } of vectors) await logger.flag([input, valueIn(String(input))]);
    return (await rowsIn(stage)).slice(1).map(([text = "", simplified = ""]) => ({
      text: unescapeCell(text),
      simplified: unescapeCell(simplified),
    }));
  },
  verify(vector, { text, simplified }) {
    assertEquals(text, vector.input);
    assertSameCell(simplified, expectedOf(vector));
  },
});

function cellsOf({ row }: RowVector): string[] {
  return row.map((cell) => cell === null ? "" : rawCell(cell));
}

testVectors<"csv_rows", Uint8Array>({
  file: "csv_rows",
  functions: "encodeRow()",
  direct: (vector) => new TextEncoder().encode(encodeRow(cellsOf(vector))),
  async stored(vectors, { storage, prefix }) {
    const stored: Uint8Array[] = [];
    for (const vector of vectors) {
      const key = `${prefix}${vector.id}.csv`;
      const log = await DatasetLog.open(storage, key, { header: false });
      log.claim(cellsOf(vector));
      await log.append(cellsOf(vector));
      const body = (await storage.read(key))!.body;
      stored.push(new Uint8Array(await new Response(body).arrayBuffer()));
    }
    return stored;
  },
  verify(vector, bytes) {
    assertEquals(bytes.toBase64(), vector.bytes_base64);
    const cells = cellsOf(vector);
    // After a header, because a byte order mark is only special at the start of a file.
    const { records } = scan(new TextEncoder().encode("header\r\n"), bytes);
    assertEquals(records, cells.length === 0 ? [["header"]] : [["header"], cells]);
  },
});

interface Scanned {
  readonly records: string[][];
  readonly first: string[] | null;
}

/**
 * Returns the records of a file that arrives in chunks, including a final record without a line
 * ending.
 */
function scan(...chunks: readonly Uint8Array[]): Scanned {
  const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  const decode = (start: number, end?: number) =>
    decodeRecord(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end)));
  const scanner = new RecordScanner();
  const records: string[][] = [];
  for (const chunk of chunks) {
    scanner.push(chunk, (start, end) => records.push(decode(start, end)));
  }
  assertEquals(scanner.records, records.length);
  if (scanner.rest !== "nothing") records.push(decode(scanner.end));
  return { records, first: scanner.first ? decode(...scanner.first) : records[0] ?? null };
}

testVectors<"csv_read", Scanned>({
  file: "csv_read",
  functions: "RecordScanner and decodeRecord()",
  direct({ text }) {
    const bytes = new TextEncoder().encode(text);
    const whole = scan(bytes);
    assertEquals(scan(...Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
    return whole;
  },
  async stored(vectors, { storage, prefix }) {
    const read: Scanned[] = [];
    for (const { id, text } of vectors) {
      const key = `${prefix}${id}.csv`;
      await storage.write(key, new TextEncoder().encode(text));
      const records = await Array.fromAsync(readRecords(storage, key));
      read.push({ records, first: records[0] ?? null });
    }
    return read;
  },
  verify({ rows, count, header }: ReadVector, { records, first }) {
    assertEquals(records, rows as string[][]);
    assertEquals(first, header as string[] | null);
    assertEquals(Math.max(0, records.length - 1), count);
  },
});
