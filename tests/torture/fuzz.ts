import { assert, assertEquals } from "@std/assert";
import { decodeRecord } from "../../src/csv/decode.ts";
import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";
import { RecordScanner } from "../../src/csv/record_scanner.ts";
import { readRecords } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { readByteByByte } from "../helpers/csv_reference.ts";
import { keysOf } from "../helpers/dataset_check.ts";
import { awkward } from "../helpers/play.ts";
import { within } from "../helpers/within.ts";
import { damaged } from "./_mutate.ts";
import { type Effort, NO_COUNTS, type Torture, type Verdict } from "./_verdict.ts";

const PATIENCE_MS = 10_000;
const CASES_A_STEP = 50;
const HEADER = ["id", "text", "timestamp"];
const STAMP = "2026-02-01 00:00:00.000001";
const STAMP_FORM = "0000-00-00 00:00:00.000000";

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes that a logger finds, and their treatment. */
interface PartWriter {
  readonly key: string;
  readonly header: readonly string[];
  readonly make: (storage: MemoryAdapter) => CSVLogger | SimpleCSVLogger;
}

const options = { verbose: false, timestamp: () => STAMP };
const TARGETS: readonly PartWriter[] = [
  {
    key: "dataset1.csv",
    header: HEADER,
    make: (storage) => new CSVLogger({ storage, ...options }),
  },
  {
    key: "log.csv",
    header: HEADER.slice(0, 2),
    make: (storage) => new SimpleCSVLogger({ storage, ...options }),
  },
];

/** All results of a scanner. */
function scan(bytes: Bytes, cuts: () => number) {
  const scanner = new RecordScanner();
  const records: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + cuts());
    scanner.push(bytes.subarray(at, end), (start, stop) => records.push([start, stop]));
    at = end;
  }
  const { end, offset, rest, first } = scanner;
  return { records, count: scanner.records, end, offset, rest, first };
}

function fuzzScanner(bytes: Bytes, random: () => number): void {
  const whole = scan(bytes, () => bytes.length);
  const { records, end, rest } = readByteByByte(bytes);
  const expected = { records, count: records.length, end, offset: bytes.length, rest };
  assertEquals<unknown>(whole, { ...expected, first: records[0] }, "read byte by byte");
  assertEquals(scan(bytes, () => 1), whole, "bytes one by one");
  assertEquals(scan(bytes, () => 1 + below(random, 9)), whole, "bytes in chunks");
}

function fuzzDecoder(bytes: Bytes, random: () => number): void {
  const { records, cells, end, restCells } = readByteByByte(bytes);
  for (const [i, [start, stop]] of records.entries()) {
    assertEquals(decodeRecord(latin(bytes.subarray(start, stop))), cells[i]);
  }
  assertEquals(decodeRecord(latin(bytes.subarray(end))), restCells);
  const row = Array.from({ length: 1 + below(random, 4) }, () => awkward(random));
  assertEquals(decodeRecord(encodeRow(row).slice(0, -2)), row);
}

async function bytesOf(storage: MemoryAdapter, key: string): Promise<Bytes> {
  const found = await storage.read(key);
  assert(found !== null, `${key} is gone`);
  return await new Response(found.body).bytes();
}

function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Asserts that the bytes after the last whole row are unchanged, or set aside. */
async function restIsKept(storage: MemoryAdapter, key: string, rest: string): Promise<boolean> {
  for (const aside of await keysOf(storage, `${key}.torn-`)) {
    if (latin(await bytesOf(storage, aside)) === rest) return true;
  }
  return false;
}

/** Flags a row into damaged bytes: those that are whole rows stay, and the row is the last one. */
async function fuzzLog(bytes: Bytes, target: PartWriter, random: () => number): Promise<void> {
  const writeMode = below(random, 2) === 0 ? {} : { capabilities: { append: "none" as const } };
  const storage = new MemoryAdapter(writeMode);
  await storage.write(target.key, bytes);
  const { key, header } = target;
  await expectRead(storage, key, bytes);
  const logger = target.make(storage);
  await logger.setup(["id", "text"], "");
  const texts = ["new", awkward(random)];
  try {
    await within(PATIENCE_MS, logger.flag(texts), "a flag");
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    assert(false, `the flag was refused: ${error.message}`);
  }
  await expectKept(storage, { key, bytes });
  const taken = logger.datasetFile!;
  const cells = [...texts.map(escapeCell), STAMP].slice(0, header.length);
  if (header === HEADER) cells.splice(2, 0, ...await absentCells(storage, taken));
  const row = latin(new TextEncoder().encode(encodeRow(cells)));
  const all = await bytesOf(storage, taken);
  const after = latin(all);
  assert(after.endsWith(row), `the row is not the last of ${taken}`);
  const before = after.length - row.length;
  const { end, rest, cells: [first = []] } = readByteByByte(all.subarray(0, before));
  if (header === HEADER) assertEquals(first.slice(0, 2), HEADER.slice(0, 2), "a foreign header");
  assert(rest === "nothing" && end === before, `the row is glued to others in ${taken}`);
}

/** Whether the bytes after the last whole row may lack only their line ending. */
function mayBeGoneOn(bytes: Bytes): boolean {
  const { rest, restCells, cells, end } = readByteByByte(bytes);
  if (rest !== "record") return rest === "nothing";
  const [first = restCells] = cells;
  const [last, previous] = [restCells.at(-1) ?? "", cells.at(-1)?.at(-1) ?? ""];
  const form = formOf(last);
  // Of a timestamp to the second, only the fraction may be missing.
  if (form === STAMP_FORM || form === STAMP_FORM.slice(0, -".000000".length)) return true;
  // A timestamp is never quoted, so a quoted last cell is not the beginning of one.
  const isQuoted = /(?:^|,)"[^,]*$/.test(latin(bytes.subarray(end)).trimEnd());
  const isTorn = first.at(-1) === "timestamp" && STAMP_FORM.startsWith(form) && !isQuoted &&
    form !== formOf(previous); // a spreadsheet may have changed all timestamps
  return restCells.length === first.length && !isTorn;
}

function formOf(text: string): string {
  return text.replaceAll(/\d/g, "0");
}

/** All records are read with all their cells, the last one with or without its line ending. */
async function expectRead(storage: MemoryAdapter, key: string, bytes: Bytes): Promise<void> {
  const { cells, rest, restCells } = readByteByByte(bytes);
  const expected = rest === "nothing" ? cells : [...cells, restCells];
  const read = await Array.fromAsync(readRecords(storage, key));
  assertEquals(read.map(({ length }) => length), expected.map(({ length }) => length));
}

/** Damage may repeat "id", as a logger with ids writes it: a column that a sample may lack. */
async function absentCells(storage: MemoryAdapter, key: string): Promise<string[]> {
  const [first = []] = await Array.fromAsync(readRecords(storage, key));
  return first.slice(HEADER.length).map(() => "");
}

async function expectKept(
  storage: MemoryAdapter,
  { key, bytes }: { key: string; bytes: Bytes },
): Promise<void> {
  const { end } = readByteByByte(bytes);
  const [was, is] = [latin(bytes), latin(await bytesOf(storage, key))];
  assert(is.startsWith(was.slice(0, end)), "whole rows changed");
  if (is === was || (is.startsWith(was) && mayBeGoneOn(bytes))) return;
  const after = was.slice(end);
  if (await restIsKept(storage, key, after)) return;
  // If quotes open in a line and hide whole rows, only that line is set aside.
  const line = after.slice(0, after.indexOf("\n") + 1);
  const isOpen = readByteByByte(bytes).rest === "open quotes";
  assert(
    isOpen && line !== "" && await restIsKept(storage, key, line),
    "the bytes after the last row are gone",
  );
  const without = [...bytes.subarray(0, end), ...bytes.subarray(end + line.length)];
  await expectKept(storage, { key, bytes: new Uint8Array(without) });
}

/** The kinds of damage that each seed plays. */
const SUBJECTS: Readonly<Record<string, (seed: number) => void | Promise<void>>> = {
  "fuzz-scanner": (seed) => {
    const random = randomFrom(seed);
    fuzzScanner(damaged(HEADER, random), random);
  },
  "fuzz-decoder": (seed) => {
    const random = randomFrom(seed);
    fuzzDecoder(damaged(HEADER, random), random);
  },
  "fuzz-repair": async (seed) => {
    const random = randomFrom(seed);
    const target = TARGETS[below(random, TARGETS.length)]!;
    await fuzzLog(damaged(target.header, random), target, random);
  },
};

async function fuzzFor(name: string, effort: Effort): Promise<Verdict> {
  const seed = effort.seed >>> 0;
  const until = Date.now() + effort.minutes * 60_000;
  const random = randomFrom(seed);
  const broken: string[] = [];
  let cases = 0;
  // The first seed is the given one, so that a case can be repeated.
  for (let next = seed; cases % CASES_A_STEP !== 0 || cases === 0 || Date.now() < until; cases++) {
    try {
      await SUBJECTS[name]!(next);
    } catch (error) {
      broken.push(`--seed ${next}: ${error instanceof Error ? error.message : error}`);
    }
    next = Math.floor(random() * 2 ** 32);
  }
  return {
    name,
    done: `${cases} cases from the seed ${seed}`,
    ...NO_COUNTS,
    notes: [],
    broken,
  };
}

/** Any bytes, in the place of a dataset: the scanner, the decoder, the header reader, the repair. */
export const fuzzers: readonly Torture[] = Object.keys(SUBJECTS).map((name) => ({
  name,
  isLasting: true,
  async *run(effort) {
    yield await fuzzFor(name, effort);
  },
}));
