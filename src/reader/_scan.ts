import { endsWithTimestamp, isTorn } from "../dataset/log/row_end.ts";
import { Backoff } from "../storage/kit/backoff.ts";
import { hasCode, isTransient } from "../storage/storage_error.ts";
import type { OpenPiece } from "./_open_piece.ts";
import { type RecordBatch, recordBatches } from "./_record_batches.ts";
import type { OpenTable } from "./_open_table.ts";
import { Row } from "./_row.ts";
import type { Damage, DamageKind } from "./damage.ts";

const REPLACEMENT = "\ufffd";

/** How the rows of a piece are read. */
export interface ScanOptions {
  /** The offset of the first row. */
  readonly start: number;
  /** The offset before which rows must start. @default {the end of the piece} */
  readonly end?: number | undefined;
  /** Whether a last row without a line ending is left for later, because it may still grow. */
  readonly waits: boolean;
  /** Whether rows are decoded cell by cell as far as possible. @default {false} */
  readonly isSparse?: boolean | undefined;
  readonly onDamage: (damage: Damage) => void;
  readonly signal: AbortSignal | undefined;
}

/** Yields the rows of a piece, batch by batch. Each batch is to be read to its end, once. */
export async function* scanRows(
  table: OpenTable,
  piece: OpenPiece,
  options: ScanOptions,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  const { end = Infinity, waits } = options;
  let last: Row | undefined;
  for await (const batch of batchesOf(table, piece, options)) {
    const { bytes, base, bounds, rest } = batch;
    const rowAt = (i: number) =>
      new Row(table, piece, { bytes, base, start: bounds[i]!, end: bounds[i + 1]! });
    if (rest !== undefined) {
      if (waits || bounds[0]! >= end) return;
      const row = rowAt(0);
      if (isWhole(row, rest, last)) yield soundRows([row], options);
      else options.onDamage(tornEnd(row));
      return;
    }
    const within = boundsBefore(bounds, end);
    yield soundRows(rowsIn(within, rowAt), options);
    if (within < bounds.length) return;
    last = rowAt(bounds.length - 2);
  }
}

/** The number of bounds of the records that start before an offset. */
function boundsBefore(bounds: readonly number[], end: number): number {
  if (bounds.at(-2)! < end) return bounds.length;
  let count = 0;
  while (bounds[count]! < end) count += 2;
  return count;
}

/** Creates rows when they are asked for, so that one is garbage before the next one is decoded. */
function* rowsIn(bounds: number, rowAt: (i: number) => Row): Generator<Row, void, undefined> {
  for (let i = 0; i < bounds; i += 2) yield rowAt(i);
}

/** Leaves out the header if it stands in the middle, and tells damage. */
function* soundRows(
  rows: Iterable<Row>,
  { isSparse, onDamage }: ScanOptions,
): Generator<Row, void, undefined> {
  for (const row of rows) {
    if (isSparse && row.lookAtBytes()) yield row;
    else if (row.bound !== null) {
      tellDamage(row, onDamage);
      yield row;
    }
  }
}

/** How the batches of a piece are read. */
export interface BatchesOptions extends Pick<ScanOptions, "start" | "onDamage" | "signal"> {
  /** Whether batches stay valid after the next one is asked for. @default {true} */
  readonly keep?: boolean;
}

/** Yields batches of records. Reads on at the last whole record if a connection breaks. */
export async function* batchesOf(
  { storage }: OpenTable,
  piece: OpenPiece,
  { start, onDamage, signal, keep = true }: BatchesOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { singleQuotes } = piece.layout;
  let at = start;
  let backoff = new Backoff();
  while (true) {
    try {
      const result = await readFrom(storage, piece.key, { start: at, signal });
      if (result === "end") return;
      if (result === null) return onDamage(vanished(piece, at));
      for await (const batch of recordBatches(result, { singleQuotes, keep })) {
        yield batch;
        at = batch.scanned;
        backoff = new Backoff();
      }
      return;
    } catch (error) {
      if (!isTransient(error) || !await backoff.pause()) throw error;
    }
  }
}

async function readFrom(
  storage: OpenTable["storage"],
  key: string,
  { start, signal }: { readonly start: number; readonly signal: AbortSignal | undefined },
) {
  try {
    return await storage.read(key, { ...(start === 0 ? {} : { range: { start } }), signal });
  } catch (error) {
    if (hasCode(error, "RangeNotSatisfiable")) return "end";
    throw error;
  }
}

/** Whether a last row without a line ending lacks nothing else. */
export function isWhole(row: Row, rest: RecordBatch["rest"], last: Row | undefined): boolean {
  if (rest === "open quotes") return false;
  const { layout } = row.piece;
  if (!layout.hasTimestamp || endsWithTimestamp(row.text)) return true;
  return row.bound?.irregular === false && !isTorn(row.text, last === undefined ? [] : [last.text]);
}

function tellDamage(row: Row, onDamage: (damage: Damage) => void): void {
  const { cells, isDoubtful } = row.bound!;
  if (isDoubtful) {
    const { length } = row.piece.columns;
    const count = cells.length === length && row.surplus.length > 0 ? "more" : "fewer";
    onDamage(damageOf(row, "cells", `has ${count} cells than the ${length} columns of its file`));
  }
  if (cells.some((cell) => cell.includes(REPLACEMENT)) && !isUtf8(row.bytes)) {
    onDamage(damageOf(row, "encoding", "is not UTF-8"));
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function tornEnd(row: Row): Damage {
  return damageOf(row, "torn", "is incomplete: a writer was killed or is about to end it");
}

/** Describes damage in a row. */
export function damageOf({ key, start, end }: Row, kind: DamageKind, what: string): Damage {
  return { kind, key, start, end, message: `The row at byte ${start} of "${key}" ${what}` };
}

function vanished({ key, bytes }: OpenPiece, start: number): Damage {
  return {
    kind: "vanished",
    key,
    start,
    end: bytes,
    message: `"${key}" was deleted before it was read`,
  };
}
