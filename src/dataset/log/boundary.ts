import { concat } from "@std/bytes/concat";
import { decodeRecord } from "../../csv/decode.ts";
import { RecordScanner, type Rest } from "../../csv/record_scanner.ts";
import { RecordSplitter } from "../../csv/record_splitter.ts";
import { BytesMatcher } from "./_bytes_matcher.ts";

/** The knowledge of a writer about a file: enough to add rows, in memory that does not grow with the file. */
export interface Boundary {
  /** The size of the file in bytes. */
  readonly size: number;
  /** The offset after the last whole record. */
  readonly end: number;
  /** How many whole records there are, the header included. */
  readonly records: number;
  /** The kind of bytes between `end` and `size`. */
  readonly rest: Rest;
  /** The cells of the first record; `null` if there is no record, or it is not UTF-8. */
  readonly first: readonly string[] | null;
  /** The bytes of the first record, as far as they were read, because a header may be edited. */
  readonly head: Uint8Array;
  /** The last bytes before `end`, to detect whether a changed file still begins as before. */
  readonly tail: Uint8Array;
}

const TAIL_BYTES = 64;
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_FIRST_BYTES = 64 * 1024 * 1024; // a longer first record is not decoded

/** The boundary of a file that is empty or missing. */
export const EMPTY: Boundary = {
  size: 0,
  end: 0,
  records: 0,
  rest: "nothing",
  first: null,
  head: new Uint8Array(),
  tail: new Uint8Array(),
};

/** The boundary after whole records were added to a file that ended with a whole record. */
export function advance(known: Boundary, bytes: Uint8Array, records: number): Boundary {
  const size = known.size + bytes.length;
  const tail = concat([known.tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  return { ...known, size, end: size, records: known.records + records, rest: "nothing", tail };
}

/** Decodes the cells of a record. Returns `null` if its bytes are not UTF-8. */
export function decodeBytes(bytes: Uint8Array): string[] | null {
  try {
    return decodeRecord(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

/**
 * Decodes the cells of any record: another program may have saved the rows in its own encoding, and
 * most of those share Latin-1.
 */
export function decodeAny(bytes: Uint8Array): string[] {
  return decodeBytes(bytes) ??
    decodeRecord(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The offset to continue reading from: slightly before the end, to recognise the file. */
export function resumeOffset({ end, tail }: Boundary): number {
  return end - tail.length;
}

/** The result of {@linkcode scanFrom}. */
export interface Found {
  /** The boundary after the bytes that were read. */
  readonly boundary: Boundary;
  /** Whether the expected bytes follow the previous end of the file. */
  readonly landed: boolean;
  /** The ids of the records, in groups that were read together. */
  readonly ids: readonly Ids[];
}

/** The ids of records, each in the last column but one, and the range of bytes that they are in. */
export interface Ids {
  readonly ids: readonly (string | undefined)[];
  readonly start: number;
  readonly end: number;
}

/** Options of {@linkcode scanFrom}. */
export interface ScanOptions {
  /** The bytes that may have been added at the file's known size. */
  readonly expected?: Uint8Array | undefined;
  /** Whether to collect the ids of the whole records that were not known yet. @default {false} */
  readonly hasIds?: boolean | undefined;
}

/**
 * Scans a file from its known boundary on. Resolves with `null` if the file was replaced and must be
 * read from its start.
 *
 * @param chunks The bytes from `resumeOffset(known)` on; a chunk is not used after the next request
 * @param known The boundary so far
 */
export async function scanFrom(
  chunks: AsyncIterable<Uint8Array>,
  known: Boundary,
  { expected = EMPTY.tail, hasIds = false }: ScanOptions = {},
): Promise<Found | null> {
  let offset = resumeOffset(known);
  const same = new BytesMatcher(known.tail, offset);
  const landed = new BytesMatcher(expected, known.size);
  const scanner = new RecordScanner(known.end);
  const header = known.first === null && known.records === 0 ? new FirstRecord(known.end) : null;
  const splitter = hasIds ? new RecordSplitter(scanner) : null;
  const ids: Ids[] = [];
  let tail = known.tail;
  let latest = EMPTY.tail;
  for await (const chunk of chunks) {
    same.see(chunk, offset);
    if (same.differs) return null;
    landed.see(chunk, offset);
    const fresh = chunk.subarray(Math.max(0, known.end - offset));
    const end = scanner.end;
    if (splitter === null) scanner.push(fresh);
    else {
      const isFirst = known.records + scanner.records === 0;
      const records = splitter.push(fresh).slice(isFirst ? 1 : 0);
      ids.push({
        ids: records.map((record) => decodeAny(record).at(-2)),
        start: end,
        end: scanner.end,
      });
    }
    header?.push(fresh, scanner.first);
    if (scanner.end > end) {
      const whole = chunk.subarray(0, scanner.end - offset);
      tail = concat([latest, whole.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    }
    latest = concat([latest, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    offset += chunk.length;
  }
  if (!same.found) return null;
  const boundary: Boundary = {
    size: scanner.offset,
    end: scanner.end,
    records: known.records + scanner.records,
    rest: scanner.rest,
    first: header === null ? known.first : header.cells,
    head: header === null ? known.head : header.head,
    tail,
  };
  return { boundary, landed: expected.length > 0 && landed.found, ids };
}

/** Collects the first bytes of a file until its first record is whole, then decodes it. */
class FirstRecord {
  readonly #offset: number;
  #chunks: Uint8Array[] | null = [];
  #length = 0;
  cells: string[] | null = null;
  /** The bytes up to its end, if the file was read from its start. */
  head: Uint8Array = new Uint8Array();

  constructor(offset: number) {
    this.#offset = offset;
  }

  push(chunk: Uint8Array, first: readonly [start: number, end: number] | undefined): void {
    if (this.#chunks === null) return;
    this.#chunks.push(chunk.slice()); // the caller may overwrite the chunk
    this.#length += chunk.length;
    if (first === undefined && this.#length <= MAX_FIRST_BYTES) return;
    if (first !== undefined) {
      const [start, end] = first;
      const bytes = concat(this.#chunks);
      if (this.#offset === 0) this.head = bytes.slice(0, Math.min(end, MAX_HEAD_BYTES));
      this.cells = decodeBytes(bytes.subarray(start - this.#offset, end - this.#offset));
    }
    this.#chunks = null;
  }
}
