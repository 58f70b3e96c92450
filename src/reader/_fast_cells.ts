const QUOTE = 0x22;
const COMMA = 0x2c;
const DAY_MS = 86_400_000;

/** Offsets of a cell in the bytes that hold it. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Finds a cell by its place counted from the end of a record, the last one being 0. Returns false if it
 * is not found before a quote, so that the record must be decoded.
 */
export function fromRight(bytes: Uint8Array, record: Span, place: number, found: Span): boolean {
  let { end } = record;
  let left = place;
  for (let i = record.end - 1; i >= record.start; i--) {
    const byte = bytes[i];
    if (byte === QUOTE) return false;
    if (byte !== COMMA) continue;
    if (left-- === 0) {
      found.start = i + 1;
      found.end = end;
      return true;
    }
    end = i;
  }
  found.start = record.start;
  found.end = end;
  return left === 0;
}

/** Finds a cell by its place counted from the start of a record, as {@linkcode fromRight} does. */
export function fromLeft(bytes: Uint8Array, record: Span, place: number, found: Span): boolean {
  let { start } = record;
  let left = place;
  for (let i = record.start; i < record.end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return false;
    if (byte !== COMMA) continue;
    if (left-- === 0) {
      found.start = start;
      found.end = i;
      return true;
    }
    start = i + 1;
  }
  found.start = start;
  found.end = record.end;
  return left === 0;
}

/** The day that was parsed last, because many rows share one. */
let latest = { day: -1, milliseconds: 0 };

/** The microseconds since 1970 of `YYYY-MM-DD HH:MM:SS.ffffff`; NaN for any other form. */
export function timeIn(bytes: Uint8Array, { start, end }: Span): number {
  if (end - start !== 26) return NaN;
  const two = (at: number) => (bytes[start + at]! - 48) * 10 + bytes[start + at + 1]! - 48;
  const day = two(0) * 1_000_000 + two(2) * 10_000 + two(5) * 100 + two(8);
  const seconds = two(11) * 3600 + two(14) * 60 + two(17);
  const micros = two(20) * 10_000 + two(22) * 100 + two(24);
  for (let at = 0; at < 26; at++) {
    const byte = bytes[start + at]!;
    const isRight = at === 4 || at === 7
      ? byte === 0x2d
      : at === 10
      ? byte === 0x20
      : at === 13 || at === 16
      ? byte === 0x3a
      : at === 19
      ? byte === 0x2e
      : byte >= 0x30 && byte <= 0x39;
    if (!isRight) return NaN;
  }
  if (latest.day !== day) {
    const milliseconds = Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8));
    latest = { day, milliseconds };
  }
  if (seconds >= DAY_MS / 1000) return NaN;
  return (latest.milliseconds + seconds * 1000) * 1000 + micros;
}
