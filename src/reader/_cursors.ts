import { concat } from "@std/bytes/concat";
import { segmentStart } from "../dataset/log/part_keys.ts";
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
  readonly parts: Readonly<Record<string, number>>;
}

/** The row after which a reading goes on. */
interface LastRow {
  readonly piece: OpenPiece;
  readonly end: number;
  /** The stored bytes of the row. */
  readonly bytes: Uint8Array;
}

/** The place before anything was read. */
export const START: Place = { ends: {}, closed: {}, parts: {} };

/** Returns the cursor after a row. */
export function toCursor(before: Place = START, last: LastRow): Cursor {
  return { form: 1, ...before, ends: { ...before.ends, [last.piece.key]: endAfter(last) } };
}

/** Returns the place after a piece whose last row this is; the piece was read to its end. */
export function placeAfter(before: Place, last: LastRow): Place {
  return { ...before, ends: { ...before.ends, [last.piece.key]: endAfter(last) } };
}

/**
 * Returns the place after all pieces of a closed segment were read: it needs no offset any more, because
 * the names of segments are in the order of their beginning.
 */
export function placeAfterSegment(before: Place, { file, writer }: OpenPiece): Place {
  const others = Object.entries(before.ends).filter(([key]) => !key.includes(`.${writer}.`));
  const ends = Object.fromEntries(others);
  return { ...before, ends, closed: { ...before.closed, [file]: writer! } };
}

/** Returns the place after a part that is followed by another one, and may be removed by retention. */
export function placeAfterPart(before: Place, { file, key, part }: OpenPiece): Place {
  const { [key]: _, ...ends } = before.ends;
  return { ...before, ends, parts: { ...before.parts, [file]: part } };
}

/** Whether a cursor is after all rows of a piece that gets no more of them. */
export function isPassed({ file, key, part, writer, closed }: OpenPiece, place: Place): boolean {
  if (Object.hasOwn(place.ends, key)) return false;
  if (writer === null) return part <= (own(place.parts, file) ?? 0);
  return closed && segmentStart(writer) !== null && writer <= (own(place.closed, file) ?? "");
}

function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
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
  const { form, ends, closed = {}, parts = {} } = Object(cursor);
  if (form === 1 && Object(ends) === ends) return { ends, closed, parts };
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
