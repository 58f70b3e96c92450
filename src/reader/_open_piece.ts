import { concat } from "@std/bytes/concat";
import { decodeRecord } from "../csv/decode.ts";
import { RecordScanner } from "../csv/record_scanner.ts";
import type { ObjectKey } from "../dataset/log/part_keys.ts";
import { segmentStart } from "../dataset/log/part_keys.ts";
import { Backoff } from "../storage/kit/backoff.ts";
import { fnv1a } from "../storage/kit/fnv1a.ts";
import { isTransient } from "../storage/storage_error.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isLog, versionOf } from "./_data_files.ts";
import { hasSingleQuotes } from "./_dialect.ts";
import { isCopy } from "./_is_copy.ts";
import { Layout } from "./_layout.ts";
import type { Piece } from "./dataset.ts";

const HEAD_BYTES = 64 * 1024;
/** The age at which a segment has no writer any more: each one ends after a day. */
const CLOSED_AFTER_MS = 48 * 3_600_000;

/** A piece whose header was read. */
export interface OpenPiece extends Piece {
  readonly layout: Layout;
  /** The offset of the first row. */
  readonly bodyStart: number;
  /** A check value of the bytes before it. */
  readonly headCheck: string;
}

/** How pieces are opened. */
export interface OpenPieceOptions {
  /** The name of the data file. */
  readonly file: string;
  /** The key of the data file, of which a piece may be a person's copy. */
  readonly first: string;
  /** The names of the columns of a file without a header. */
  readonly names: readonly string[] | undefined;
  readonly restore: (cell: string) => string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the header of a piece. Resolves with `null` if there is no row yet, or it is none of the data
 * file's pieces.
 *
 * @throws {TypeError} If the file has no header and its columns have no names
 */
export async function openPiece(
  storage: StorageAdapter,
  { key, part, writer, holds }: ObjectKey,
  options: OpenPieceOptions,
): Promise<OpenPiece | null> {
  const { file, first, names, restore, signal } = options;
  const found = await new Backoff().repeat(isTransient, () => readHead(storage, key, signal));
  if (found === null) return null;
  const { info, head } = found;
  if (!(holds(info) ?? !await isCopy(storage, key, first))) return null;
  const record = firstRecord(head);
  if (record === null) return null;
  const line = new TextDecoder("utf-8", { ignoreBOM: true }).decode(record.bytes);
  const singleQuotes = hasSingleQuotes(line);
  const swapped = singleQuotes ? line.slice(1, -1).replaceAll("''", "'").split("','") : null;
  const cells = swapped ?? decodeRecord(line);
  const hasHeader = !isHeaderless(cells, file, names);
  if (!hasHeader && names?.length !== cells.length) throw headerless(key, cells);
  const layout = new Layout(hasHeader ? cells : names!, { hasHeader, singleQuotes, restore });
  const bodyStart = hasHeader ? record.end : 0;
  return {
    key,
    file,
    version: versionOf(file),
    part,
    writer,
    bytes: info.size,
    closed: writer !== null && isClosed(writer),
    columns: layout.columns,
    layout,
    bodyStart,
    headCheck: fnv1a(head.subarray(0, bodyStart)).toString(36),
  };
}

/** Reads as much as holds the whole first record. */
async function readHead(storage: StorageAdapter, key: string, signal: AbortSignal | undefined) {
  for (let end = HEAD_BYTES;; end *= 16) {
    const result = await storage.read(key, { range: { start: 0, end }, signal });
    if (result === null) return null;
    const head = concat(await Array.fromAsync(result.body));
    const { info } = result;
    if (info.size <= head.length || firstRecord(head)?.isWhole) return { info, head };
  }
}

/** The first record of a file; `null` if there is none. */
function firstRecord(head: Uint8Array) {
  const scanner = new RecordScanner();
  let end = 0;
  // Chunk by chunk, so that only as much is scanned as is needed.
  while (scanner.records === 0 && end < head.length) {
    scanner.push(head.subarray(end, end + 1024));
    end = scanner.offset;
  }
  if (scanner.first !== undefined) {
    const [start, stop] = scanner.first;
    return { bytes: head.subarray(start, stop), end: lineEnd(head, stop), isWhole: true };
  }
  const bytes = head.subarray(scanner.end);
  return bytes.length === 0 ? null : { bytes, end: head.length, isWhole: false };
}

/** The offset after the line ending at an offset. */
function lineEnd(bytes: Uint8Array, at: number): number {
  return at + (bytes[at] === 0x0d && bytes[at + 1] === 0x0a ? 2 : 1);
}

/** Every header of this package and of Gradio ends with `timestamp`. */
function isHeaderless(
  first: readonly string[],
  file: string,
  names: readonly string[] | undefined,
): boolean {
  return first.at(-1) !== "timestamp" && isLog(file) &&
    !(names?.length === first.length && first.every((cell, i) => cell === names[i]));
}

function headerless(key: string, first: readonly string[]): TypeError {
  return new TypeError(
    `Cannot read "${key}" as it has no header: pass columns, a name for each of its ` +
      `${first.length} cells`,
  );
}

function isClosed(writer: string): boolean {
  const time = segmentStart(writer);
  return time !== null && time < Date.now() - CLOSED_AFTER_MS;
}
