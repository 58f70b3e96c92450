import { concat } from "@std/bytes/concat";
import { segmentTime } from "../dataset/log/part_keys.ts";
import { fail } from "../storage/kit/fail.ts";
import { fnv1a } from "../storage/kit/fnv1a.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode, type StorageError } from "../storage/storage_error.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { Cursor } from "./cursor.ts";

const TAIL_BYTES = 64;
const CHECK = /^([0-9a-z]+)\.(\d{1,2})\.([0-9a-z]+)$/;

type End = Cursor["ends"][string];

/** How far the pieces were read before the one that is being read. */
export interface Place {
  readonly ends: Readonly<Record<string, End>>;
  readonly closed: Readonly<Record<string, string>>;
}

/** The row after which a reading goes on. */
interface LastRow {
  readonly piece: OpenPiece;
  readonly end: number;
  /** The stored bytes of the row. */
  readonly bytes: Uint8Array;
}

/** The place before anything was read. */
export const START: Place = { ends: {}, closed: {} };

/** Returns the cursor after a row. */
export function toCursor(before: Place = START, last: LastRow): Cursor {
  const { ends, closed } = before;
  return { form: 1, closed, ends: { ...ends, [last.piece.key]: endAfter(last) } };
}

/** Returns the place after a piece whose last row this is; the piece was read to its end. */
export function placeAfter(before: Place, last: LastRow): Place {
  const { ends, closed } = before;
  const { key } = last.piece;
  return { ends: { ...ends, [key]: endAfter(last) }, closed };
}

/**
 * Returns the place after all pieces of a closed segment were read: it needs no offset any more, because
 * the names of segments are in the order of their beginning.
 */
export function placeAfterSegment(before: Place, { file, writer }: OpenPiece): Place {
  const others = Object.entries(before.ends).filter(([key]) => !key.includes(`.${writer}.`));
  return { ends: Object.fromEntries(others), closed: { ...before.closed, [file]: writer! } };
}

/** Whether a cursor is after all rows of a piece that no writer writes to any more. */
export function isPassed({ file, key, writer, closed }: OpenPiece, place: Place): boolean {
  const last = Object.hasOwn(place.closed, file) ? place.closed[file] : undefined;
  return closed && last !== undefined && !Object.hasOwn(place.ends, key) &&
    segmentTime(writer!) !== null && writer! <= last;
}

function endAfter({ piece, end, bytes }: LastRow): End {
  const tail = bytes.subarray(-TAIL_BYTES);
  return [end, `${piece.headCheck}.${tail.length}.${fnv1a(tail).toString(36)}`];
}

/**
 * Returns the offset in a piece from which a reading goes on.
 *
 * @throws {StorageError} `Conflict` if the bytes before it are others than those that were read
 */
export async function resumeAt(
  storage: StorageAdapter,
  piece: OpenPiece,
  place: Place,
): Promise<number> {
  if (!Object.hasOwn(place.ends, piece.key)) return piece.bodyStart;
  const [end, check] = place.ends[piece.key]!;
  const [, head, length = "0", tail] = CHECK.exec(check) ?? [];
  const start = end - Number(length);
  if (head !== piece.headCheck || start < 0) throw changed(storage, piece.key);
  const found = await readAround(storage, piece.key, start, end);
  const before = found.subarray(0, end - start);
  const next = found[end - start];
  // A row that had no line ending yet may have grown.
  const isEnded = next === undefined || next === 0x0a || next === 0x0d;
  if (before.length < end - start || fnv1a(before).toString(36) !== tail || !isEnded) {
    throw changed(storage, piece.key);
  }
  return end;
}

async function readAround(storage: StorageAdapter, key: string, start: number, end: number) {
  try {
    const result = await storage.read(key, { range: { start, end: end + 1 } });
    return concat(await Array.fromAsync(result?.body ?? []));
  } catch (error) {
    if (hasCode(error, "RangeNotSatisfiable")) return new Uint8Array();
    throw error;
  }
}

/** Returns the place of a cursor. */
export function placeOf(cursor: Cursor | undefined): Place {
  if (cursor === undefined) return START;
  const { form, ends, closed = {} } = Object(cursor);
  if (form === 1 && Object(ends) === ends) return { ends, closed };
  throw new TypeError("Cannot read on: `after` must be the cursor of a sample");
}

/**
 * Refuses a cursor of which a file is gone.
 *
 * @throws {StorageError} `Conflict`
 */
export function refuseMissing(
  storage: StorageAdapter,
  place: Place,
  pieces: readonly OpenPiece[],
): void {
  const there = new Set(pieces.map(({ key }) => key));
  for (const key of Object.keys(place.ends)) if (!there.has(key)) throw changed(storage, key);
}

/** The error of a reading that cannot go on without leaving out rows or repeating them. */
function changed({ name }: StorageAdapter, key: string): StorageError {
  return fail({ adapter: name, operation: "read on after the cursor in", key }, {
    code: "Conflict",
    why: "rows before it were changed or removed: read again from the beginning, without a cursor",
  });
}
