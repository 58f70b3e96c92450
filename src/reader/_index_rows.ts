import { microseconds } from "./microseconds.ts";
import { Facet } from "./_facet.ts";
import { fromLeft, fromRight, type Span, timeIn } from "./_fast_cells.ts";
import { float64List, uint32List } from "./_numbers.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { Row } from "./_row.ts";

const BLOCK_ROWS = 256;

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
  /** The place counted from the right, if every row of the file ends with these columns. */
  readonly fromRight: number | undefined;
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
    const { layout } = piece;
    const finders = this.facets.map((facet) => finderOf(piece, facet));
    const cell = { start: 0, end: 0 };
    const within = { start: 0, end: 0 };
    return (bytes, base, { start, end }) => {
      if (!layout.hasTimestamp || layout.singleQuotes) return false;
      within.start = start - base;
      within.end = end - base;
      if (!fromRight(bytes, within, 0, cell)) return false;
      const time = timeIn(bytes, cell);
      if (Number.isNaN(time)) return false;
      // All cells are looked for before one is added.
      for (const finder of finders) if (!find(bytes, within, finder, cell)) return false;
      for (const finder of finders) {
        if (finder.place === undefined) finder.facet.push(null);
        else {
          find(bytes, within, finder, cell);
          finder.facet.pushStored(bytes, cell, (text) => layout.restored(text));
        }
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
  return { facet, place, fromRight: isTail ? right : undefined };
}

function find(bytes: Uint8Array, record: Span, finder: Finder, found: Span): boolean {
  const { place, fromRight: right } = finder;
  if (right !== undefined) return fromRight(bytes, record, right, found);
  return place === undefined || fromLeft(bytes, record, place, found);
}
