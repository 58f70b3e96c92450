import { microseconds } from "./microseconds.ts";
import { Facet } from "./_facet.ts";
import { fromLeft, fromRight, type Span, timeIn } from "./_fast_cells.ts";
import { float64List, uint32List } from "./_numbers.ts";
import type { OpenPiece } from "./_open_piece.ts";
import { hasCells } from "./_record_shape.ts";
import type { Row } from "./_row.ts";

const BLOCK_ROWS = 256;
/** The place of the timestamp, counted from the column before it. */
const TIMESTAMP = -1;
const TIMESTAMP_BYTES = 26;
const COMMA = 0x2c;

/** Rows that are next to each other in one piece. */
export interface Block {
  readonly piece: number;
  readonly start: number;
  readonly end: number;
  /** The number of the first row. */
  readonly first: number;
}

/** How to find a cell in a stored record of a piece. */
interface Finder {
  readonly facet: Facet;
  /** The place of the column; `undefined` if the file does not have it. */
  readonly place: number | undefined;
  /** The place counted from the one before the timestamp, if every row ends with these columns. */
  readonly fromRight: number | undefined;
  /** Where the cell of the latest record is. */
  readonly found: Span;
}

/** Where rows are, when they were flagged, and their texts in some columns. */
export class IndexRows {
  readonly facets: readonly Facet[];
  readonly times = float64List();
  readonly #blockPieces = uint32List();
  readonly #blockStarts = float64List();
  readonly #blockEnds = float64List();
  readonly #blockFirsts = uint32List();
  #hasUntimed = false;

  /** Creates an index without rows. */
  constructor(columns: readonly string[]) {
    this.facets = columns.map((column) => new Facet(column));
  }

  /** The number of rows. */
  get total(): number {
    return this.times.length;
  }

  /** Whether there are rows without a timestamp. */
  get hasUntimed(): boolean {
    return this.#hasUntimed;
  }

  /** Returns a function that adds the records of a piece; it returns false for one to be decoded. */
  adder(
    piece: OpenPiece,
    number: number,
  ): (bytes: Uint8Array, base: number, record: Span) => boolean {
    const { layout, columns } = piece;
    const finders = this.facets.map((facet) => finderOf(piece, facet));
    const cell = { start: 0, end: 0 };
    const within = { start: 0, end: 0 };
    const isFit = layout.hasTimestamp && !layout.singleQuotes;
    const restored = (text: string) => layout.restored(text);
    // In a row with fewer cells, the cells at the end have other places from the left.
    const countsCells = finders.some(({ place, fromRight }) =>
      place !== undefined && fromRight === undefined
    );
    // In one with no more cells than the columns at the end, even those have other places.
    const first = layout.tail - 2;
    const firstFinder = finders.find(({ fromRight }) => fromRight === first);
    const firstCell = firstFinder?.found ?? { start: 0, end: 0 };
    return (bytes, base, { start, end }) => {
      if (!isFit) return false;
      within.start = start - base;
      within.end = end - base;
      if (!timestampIn(bytes, within, cell)) return false;
      const time = timeIn(bytes, cell);
      if (Number.isNaN(time)) return false;
      if (countsCells && !hasCells(bytes, within.start, within.end, columns.length)) return false;
      within.end = cell.start - 1;
      // All cells are looked for before one is added.
      for (const finder of finders) {
        if (finder.fromRight === TIMESTAMP) Object.assign(finder.found, cell);
        else if (!find(bytes, within, finder)) return false;
      }
      if (first >= 0) {
        const isFound = firstFinder !== undefined || fromRight(bytes, within, first, firstCell);
        if (!isFound || firstCell.start <= within.start) return false;
      }
      for (const { facet, place, found } of finders) {
        if (place === undefined) facet.push(null);
        else facet.pushStored(bytes, found, restored);
      }
      this.#place(number, start, end, time);
      return true;
    };
  }

  /** Adds a row that was decoded. */
  add(row: Row, number: number): void {
    for (const facet of this.facets) facet.push(row.cell(facet.column));
    this.#place(number, row.start, row.end, microseconds(row.cell("timestamp") ?? ""));
  }

  #place(piece: number, start: number, end: number, time: number): void {
    const last = this.#blockFirsts.length - 1;
    const isFull = last < 0 || this.#blockPieces.at(last) !== piece ||
      this.total - this.#blockFirsts.at(last) >= BLOCK_ROWS;
    if (isFull) {
      this.#blockPieces.push(piece);
      this.#blockStarts.push(start);
      this.#blockEnds.push(end);
      this.#blockFirsts.push(this.total);
    } else this.#blockEnds.set(last, end);
    this.times.push(time);
    if (time === -Infinity) this.#hasUntimed = true;
  }

  /** Makes room for this number of rows. */
  reserve(rows: number): void {
    this.times.reserve(rows);
    for (const { codes } of this.facets) codes.reserve(rows);
  }

  /** The number of blocks. */
  get blocks(): number {
    return this.#blockFirsts.length;
  }

  /** Returns a block by its number. */
  block(number: number): Block {
    return {
      piece: this.#blockPieces.at(number),
      start: this.#blockStarts.at(number),
      end: this.#blockEnds.at(number),
      first: this.#blockFirsts.at(number),
    };
  }

  /** Returns the number of the block that holds a row. */
  blockOf(row: number): number {
    let [low, high] = [0, this.blocks - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blockFirsts.at(middle) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function finderOf({ layout, columns }: OpenPiece, facet: Facet): Finder {
  const place = layout.places.get(facet.column);
  const right = place === undefined ? undefined : columns.length - 1 - place;
  const isTail = right !== undefined && right < layout.tail;
  const found = { start: 0, end: 0 };
  return { facet, place, fromRight: isTail ? right - 1 : undefined, found };
}

/** Finds the last cell, if it is as long as a timestamp. */
function timestampIn(bytes: Uint8Array, { start, end }: Span, found: Span): boolean {
  found.start = end - TIMESTAMP_BYTES;
  found.end = end;
  return found.start > start && bytes[found.start - 1] === COMMA;
}

/** Finds a cell in a record without its timestamp. */
function find(
  bytes: Uint8Array,
  record: Span,
  { place, fromRight: right, found }: Finder,
): boolean {
  if (right !== undefined) return fromRight(bytes, record, right, found);
  return place === undefined || fromLeft(bytes, record, place, found);
}
