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
  readonly onDamage: (damage: Damage) => void;
  readonly signal: AbortSignal | undefined;
}

/** Yields the rows of a piece, batch by batch. */
export async function* scanRows(
  table: OpenTable,
  piece: OpenPiece,
  options: ScanOptions,
): AsyncGenerator<readonly Row[], void, undefined> {
  let last: Row | undefined;
  for await (const batch of batchesOf(table, piece, options)) {
    const rows: Row[] = [];
    const { bytes, base, bounds } = batch;
    if (batch.rest !== undefined) {
      if (options.waits || bounds[0]! >= (options.end ?? Infinity)) return;
      const row = new Row(table, piece, { bytes, base, start: bounds[0]!, end: bounds[1]! });
      if (isWhole(row, batch.rest, last)) rows.push(row);
      else options.onDamage(tornEnd(row));
    } else {
      for (let i = 0; i < bounds.length; i += 2) {
        const start = bounds[i]!;
        if (start >= (options.end ?? Infinity)) break;
        rows.push(new Row(table, piece, { bytes, base, start, end: bounds[i + 1]! }));
      }
    }
    const sound = rows.filter((row) => row.bound !== null);
    for (const row of sound) tellDamage(row, options.onDamage);
    if (sound.length > 0) yield sound;
    last = rows.at(-1) ?? last;
    if ((last?.end ?? 0) >= (options.end ?? Infinity)) return;
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
