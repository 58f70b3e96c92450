const QUOTE = 0x22;
const COMMA = 0x2c;

/** Whether a record consists of ASCII and has this number of cells, counted as they are decoded. */
export function isPlain(bytes: Uint8Array, start: number, end: number, cells: number): boolean {
  return shapeOf(bytes, start, end) === cells;
}

/** Whether a record has this number of cells, counted as they are decoded. */
export function hasCells(bytes: Uint8Array, start: number, end: number, cells: number): boolean {
  return Math.abs(shapeOf(bytes, start, end)) === cells;
}

/** The number of cells, which is negative if there are bytes other than ASCII. */
function shapeOf(bytes: Uint8Array, start: number, end: number): number {
  let cells = 1;
  let all = 0;
  let isStart = true; // of a cell, where a quote opens
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    all |= byte;
    if (byte === COMMA) {
      cells++;
      isStart = true;
      continue;
    }
    if (byte === QUOTE && isStart) {
      const after = afterQuotes(bytes, i + 1, end);
      for (let at = i + 1; at < after; at++) all |= bytes[at]!;
      i = after - 1;
    }
    isStart = false;
  }
  return all < 0x80 ? cells : -cells;
}

/** The offset after the quote that closes a cell's quotes, which opened before an offset. */
function afterQuotes(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== QUOTE) continue;
    if (i + 1 < end && bytes[i + 1] === QUOTE) i++;
    else return i + 1;
  }
  return end;
}

/** The offsets of a cell by its place in a record that has it, with the quotes around it. */
export function spanOf(
  bytes: Uint8Array,
  record: { readonly start: number; readonly end: number },
  place: number,
): { start: number; end: number } {
  const { end } = record;
  let left = place;
  let { start } = record;
  for (let i = start;; i++) {
    if (i === start && bytes[i] === QUOTE) i = afterQuotes(bytes, i + 1, end);
    while (i < end && bytes[i] !== COMMA) i++;
    if (left-- === 0 || i >= end) return { start, end: i };
    start = i + 1;
  }
}
