import { RecordScanner } from "../csv/record_scanner.ts";
import { hasCode } from "../storage/storage_error.ts";
import { BlockReader } from "./_block_reader.ts";
import { orderOf } from "./_by_time.ts";
import { placeAfter, resumeAt, START } from "./_cursors.ts";
import { bucketsOf, facetOf, type Numbers } from "./_counts.ts";
import { IndexRows } from "./_index_rows.ts";
import { matcherOf, passes, unknownColumn } from "./_matcher.ts";
import { memoryTests } from "./_memory_tests.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { OpenTable } from "./_open_table.ts";
import { openPieces } from "./_pieces.ts";
import { shrunk } from "./_read_by_time.ts";
import { Row } from "./_row.ts";
import { batchesOf, isWhole, tornEnd } from "./_scan.ts";
import { swapQuotes } from "./_dialect.ts";
import type {
  DatasetIndex,
  FacetValue,
  HistogramBucket,
  IndexOptions,
  PageOptions,
} from "./dataset_index.ts";
import type { Filter } from "./filter.ts";
import type { Sample } from "./sample.ts";

const FACETS = ["flag", "username"];
const MOST_CACHED = 4;
const PAGE_ROWS = 50;
const MOST_VALUES = 50;
const BUCKETS = 60;
/** How many more rows than estimated there is room for: memory is not taken before it is used. */
const MARGIN = 1.2;

/** What an index knows of a piece. */
interface Indexed {
  readonly piece: OpenPiece;
  /** The last row that was taken in. */
  last: Row | undefined;
  /** The size up to which the piece was looked at. */
  bytes: number;
}

/** The rows of a table at one time, counted. */
export class TableIndex implements DatasetIndex {
  readonly facets: readonly string[];
  readonly #table: OpenTable;
  readonly #options: IndexOptions;
  #rows: IndexRows;
  #indexed: Indexed[] = [];
  #order: Uint32Array | null = null;
  readonly #passing: Map<string, Numbers> = new Map();
  #blocks: BlockReader;

  private constructor(table: OpenTable, options: IndexOptions) {
    this.#table = table;
    this.#options = options;
    this.facets = options.facets ?? FACETS.filter((name) => table.byName.has(name));
    for (const name of this.facets) {
      if (!table.byName.has(name)) throw unknownColumn(name, table.names);
    }
    this.#rows = new IndexRows(this.facets);
    this.#blocks = new BlockReader(table.storage, 0);
  }

  /** Reads a table once. */
  static async of(table: OpenTable, options: IndexOptions): Promise<TableIndex> {
    const index = new TableIndex(table, options);
    await index.#take(table.pieces);
    return index;
  }

  get total(): number {
    return this.#rows.total;
  }

  async count(filter: Filter = {}): Promise<number> {
    return isEmpty(filter) ? this.total : (await this.#passingRows(filter)).length;
  }

  async facet(
    column: string,
    { limit = MOST_VALUES, ...filter }: Filter & { limit?: number } = {},
  ): Promise<readonly FacetValue[]> {
    if (!this.#table.byName.has(column)) throw unknownColumn(column, this.#table.names);
    const facet = this.#rows.facets.find((facet) => facet.column === column);
    if (facet === undefined) return await this.#countTexts(column, { ...filter, limit });
    const rows = isEmpty(filter) ? null : await this.#passingRows(filter);
    return facetOf(facet, rows).slice(0, limit);
  }

  async histogram(
    { buckets = BUCKETS, ...filter }: Filter & { buckets?: number } = {},
  ): Promise<readonly HistogramBucket[]> {
    const rows = isEmpty(filter) ? null : await this.#passingRows(filter);
    return bucketsOf(this.#rows.times.view(), rows, buckets);
  }

  async page(
    { offset = 0, limit = PAGE_ROWS, newest = false, ...filter }: PageOptions = {},
  ): Promise<readonly Sample[]> {
    const rows = isEmpty(filter) ? this.#inOrder() : await this.#passingRows(filter);
    const { length } = rows;
    const to = Math.min(length, offset + limit);
    const numbers: number[] = [];
    for (let at = offset; at < to; at++) numbers.push(rows[newest ? length - 1 - at : at]!);
    return await this.#read(numbers);
  }

  async refresh(): Promise<number> {
    const before = this.total;
    const known = new Map(this.#indexed.map(({ piece }) => [piece.key, piece]));
    const { pieces } = await openPieces(this.#table.opening, known);
    const there = new Set(pieces.map(({ key }) => key));
    this.#table.adopt(pieces);
    try {
      if (this.#indexed.some(({ piece }) => !there.has(piece.key))) await this.#rebuild(pieces);
      else await this.#take(pieces);
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
      await this.#rebuild((await openPieces(this.#table.opening)).pieces);
    }
    return Math.max(0, this.total - before);
  }

  /** Reads all again, after rows were removed or changed. */
  async #rebuild(pieces: readonly OpenPiece[]): Promise<void> {
    this.#table.adopt(pieces);
    const fresh = await TableIndex.of(this.#table, this.#options);
    this.#rows = fresh.#rows;
    this.#indexed = fresh.#indexed;
    this.#forget();
  }

  #forget(): void {
    this.#order = null;
    this.#passing.clear();
    this.#blocks = new BlockReader(this.#table.storage, 0);
  }

  /** Takes in the rows of pieces that it does not know yet. */
  async #take(pieces: readonly OpenPiece[]): Promise<void> {
    const { onProgress } = this.#options;
    const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    const before = this.total;
    let read = 0;
    let isReserved = false;
    for (const piece of pieces) {
      let number = this.#indexed.findIndex(({ piece: { key } }) => key === piece.key);
      if (number < 0) number = this.#indexed.push({ piece, last: undefined, bytes: 0 }) - 1;
      const known = this.#indexed[number]!;
      if (known.bytes > 0 && !await this.#hasGrown(known)) continue;
      await this.#scan(known, number, (end) => {
        // After the first chunk the number of all rows can be told, but for some.
        if (before === 0 && !isReserved && this.total > 0) {
          isReserved = true;
          this.#rows.reserve(Math.ceil(this.total * MARGIN * total / (read + end)));
        }
        onProgress?.(read + end, total);
      });
      read += piece.bytes;
    }
    if (this.total > before) this.#forget();
  }

  async #hasGrown({ piece: { key, closed }, bytes, last }: Indexed): Promise<boolean> {
    if (closed) return false;
    const info = await this.#table.storage.stat(key);
    if (info !== null && info.size >= (last?.end ?? 0)) return info.size !== bytes;
    throw shrunk(this.#table.storage.name, key);
  }

  async #scan(known: Indexed, number: number, onEnd: (end: number) => void): Promise<void> {
    const { piece, last } = known;
    const { storage } = this.#table;
    const start = last === undefined
      ? piece.bodyStart
      : await resumeAt(storage, piece, placeAfter(START, last));
    const { onDamage = () => {}, signal } = this.#options;
    const add = this.#rows.adder(piece, number);
    const record = { start: 0, end: 0 };
    const reading = { start, onDamage, signal, keep: false };
    for await (const batch of batchesOf(this.#table, piece, reading)) {
      const { bytes, base, bounds, rest } = batch;
      for (let i = 0; i < bounds.length; i += 2) {
        record.start = bounds[i]!;
        record.end = bounds[i + 1]!;
        if (rest === undefined && add(bytes, base, record)) continue;
        const row = new Row(this.#table, piece, { bytes, base, ...record });
        if (rest !== undefined && !isWhole(row, rest, known.last)) onDamage(tornEnd(row));
        else if (row.bound !== null) this.#rows.add(row, number);
      }
      known.bytes = Math.max(known.bytes, base + bytes.length);
      if (rest === undefined || record.end === base + bytes.length) {
        known.last = copyOf(new Row(this.#table, piece, { bytes, base, ...record }), this.#table);
      }
      onEnd(batch.scanned);
    }
  }

  /** The rows in the order of their timestamps. */
  #inOrder(): Numbers {
    return this.#order ??= orderOf(this.#rows.times.view());
  }

  /** The rows that pass a filter, in the order of their timestamps. */
  async #passingRows(filter: Filter): Promise<Numbers> {
    const name = JSON.stringify([filter.where, filter.search]);
    const known = this.#passing.get(name);
    if (known !== undefined) return known;
    const matcher = matcherOf(filter, this.#table.names);
    const test = memoryTests(matcher, filter, this.#rows) ?? await this.#readTests(filter);
    const rows = this.#inOrder().filter((row) => test(row));
    this.#passing.set(name, rows);
    if (this.#passing.size > MOST_CACHED) {
      this.#passing.delete(this.#passing.keys().next().value!);
    }
    return rows;
  }

  /** Reads the dataset to see which rows pass. */
  async #readTests(filter: Filter): Promise<(row: number) => boolean> {
    const matcher = matcherOf(filter, this.#table.names);
    const passing = new Uint8Array(this.total);
    for await (const [row, number] of this.#all()) if (passes(matcher, row)) passing[number] = 1;
    return (row) => passing[row] === 1;
  }

  async #countTexts(
    column: string,
    { limit, ...filter }: Filter & { limit: number },
  ): Promise<FacetValue[]> {
    const matcher = matcherOf(filter, this.#table.names);
    const counts = new Map<string | null, number>();
    for await (const [row] of this.#all()) {
      if (!passes(matcher, row)) continue;
      const text = row.cell(column);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return [...counts].map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count).slice(0, limit);
  }

  /** Yields all rows with their numbers, block by block. */
  async *#all(): AsyncGenerator<[Row, number], void, undefined> {
    const blocks = new BlockReader(this.#table.storage);
    for (let block = 0; block < this.#rows.blocks; block++) {
      const { first } = this.#rows.block(block);
      const rows = await this.#readBlock(block, blocks);
      for (const [i, row] of rows.entries()) yield [row, first + i];
    }
  }

  /** Reads rows by their numbers, each block once if its rows are next to each other. */
  async #read(numbers: readonly number[]): Promise<Row[]> {
    const blocks = new Map<number, Promise<Row[]>>();
    const found = numbers.map(async (number) => {
      const block = this.#rows.blockOf(number);
      const reading = blocks.get(block) ?? this.#readBlock(block, this.#blocks);
      blocks.set(block, reading);
      return (await reading)[number - this.#rows.block(block).first]!;
    });
    return await Promise.all(found);
  }

  async #readBlock(number: number, reader: BlockReader): Promise<Row[]> {
    const { piece: at, start, end } = this.#rows.block(number);
    const { piece } = this.#indexed[at]!;
    const found = await reader.read(piece.key, start, end);
    if (found === null) throw shrunk(this.#table.storage.name, piece.key);
    const from = found.bytes.subarray(start - found.base, end - found.base);
    const bytes = piece.layout.singleQuotes ? swapQuotes(from) : from;
    const rows: Row[] = [];
    const scanner = new RecordScanner(start === 0 ? 0 : start);
    const add = (from: number, to: number) => {
      const row = new Row(this.#table, piece, { bytes, base: start, start: from, end: to });
      if (row.bound !== null) rows.push(row);
    };
    scanner.push(bytes, add);
    if (scanner.rest !== "nothing") add(scanner.end, end); // without its line ending
    return rows;
  }
}

function isEmpty({ where = {}, search = "" }: Filter): boolean {
  return search === "" && Object.keys(where).length === 0;
}

/** Copies a row out of a chunk whose memory is used again. */
function copyOf(row: Row, table: OpenTable): Row {
  const { piece, start, end, bytes } = row;
  return new Row(table, piece, { bytes: bytes.slice(), base: start, start, end });
}
