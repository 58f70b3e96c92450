import { sha256 } from "@noble/hashes/sha2.js";
import { decodeRecord } from "../csv/decode.ts";
import { hex } from "../storage/kit/hex.ts";
import { type Place, toCursor } from "./_cursors.ts";
import { swapQuotes } from "./_dialect.ts";
import { fromRight } from "./_fast_cells.ts";
import type { Bound } from "./_layout.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { OpenTable } from "./_open_table.ts";
import { isPlain, spanOf } from "./_record_shape.ts";
import { typedValue } from "./_typed_value.ts";
import type { Cursor } from "./cursor.ts";
import { filesIn } from "./resolve_file.ts";
import type { FileRef, Sample } from "./sample.ts";

const ID_BYTES = 8;
const MOST_BY_HAND = 16;
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where the bytes of a row are. */
export interface RowBytes {
  readonly bytes: Uint8Array;
  /** The offset of these bytes in the piece. */
  readonly base: number;
  /** The offsets of the row's text in the piece. */
  readonly start: number;
  readonly end: number;
}

/** A row, whose cells are decoded when they are asked for. */
export class Row implements Sample {
  readonly piece: OpenPiece;
  readonly start: number;
  readonly end: number;
  /** The columns of `values`. */
  select: readonly string[];
  /** The places up to which other pieces were read. */
  before: Place | undefined;
  readonly #table: OpenTable;
  readonly #bytes: Uint8Array;
  readonly #base: number;
  #bound: Bound | null | undefined;
  /** Whether the record is ASCII with a cell for each column, so that a cell can be read alone. */
  #isPlain = false;
  #values: Readonly<Record<string, string | null>> | undefined;

  /** Creates a row. */
  constructor(table: OpenTable, piece: OpenPiece, { bytes, base, start, end }: RowBytes) {
    this.#table = table;
    this.piece = piece;
    this.#bytes = bytes;
    this.#base = base;
    this.start = start;
    this.end = end;
    this.select = table.names;
  }

  get file(): string {
    return this.piece.file;
  }

  get version(): number {
    return this.piece.version;
  }

  get key(): string {
    return this.piece.key;
  }

  /** The text as it is stored, with the quotes that all files have. */
  get text(): string {
    return decoder.decode(this.#bytes.subarray(this.start - this.#base, this.end - this.#base));
  }

  /** The stored bytes. */
  get bytes(): Uint8Array {
    const bytes = this.#bytes.subarray(this.start - this.#base, this.end - this.#base);
    return this.piece.layout.singleQuotes ? swapQuotes(bytes) : bytes;
  }

  /** The cells under the columns of the file; `null` if the row is the header once more. */
  get bound(): Bound | null {
    if (this.#bound === undefined) this.#bound = this.piece.layout.bind(decodeRecord(this.text));
    return this.#bound;
  }

  /**
   * Looks at the bytes, and returns whether the record is a sound row for sure. Its cells are then
   * decoded one by one, as long as not all of them are asked for.
   */
  lookAtBytes(): boolean {
    const { columns, layout } = this.piece;
    const [start, end] = [this.start - this.#base, this.end - this.#base];
    this.#isPlain = !layout.mayEndHeader(this.#bytes[end - 1]!) &&
      isPlain(this.#bytes, start, end, columns.length);
    return this.#isPlain;
  }

  /** The text in a column; `null` if the file does not have it. */
  cell(column: string): string | null {
    const place = this.piece.layout.places.get(column);
    if (place === undefined) return null;
    return this.#isPlain && this.#bound === undefined
      ? this.#cellAt(place)
      : this.bound!.cells[place]!;
  }

  /** Decodes one cell of a plain record. */
  #cellAt(place: number): string {
    const { columns, layout } = this.piece;
    const record = { start: this.start - this.#base, end: this.end - this.#base };
    const found = { start: 0, end: 0 };
    const isFound = fromRight(this.#bytes, record, columns.length - 1 - place, found);
    const { start, end } = isFound ? found : spanOf(this.#bytes, record, place);
    const stored = asciiText(this.#bytes, start, end);
    return layout.restored(isFound ? stored : decodeRecord(stored)[0] ?? "");
  }

  get values(): Readonly<Record<string, string | null>> {
    return this.#values ??= Object.freeze(this.#collect());
  }

  #collect(): Record<string, string | null> {
    const values: Record<string, string | null> = {};
    for (const name of this.select) {
      const text = this.cell(name);
      if (name !== "__proto__") values[name] = text;
      else Object.defineProperty(values, name, { value: text, enumerable: true });
    }
    return values;
  }

  get surplus(): readonly string[] {
    return this.bound!.surplus;
  }

  get irregular(): boolean {
    return this.bound!.irregular;
  }

  typed(column: string): unknown {
    const found = this.#table.byName.get(column);
    if (found === undefined) {
      const there = this.#table.names.map((name) => JSON.stringify(name)).join(", ");
      throw new TypeError(`Cannot read the column ${JSON.stringify(column)}: there are ${there}`);
    }
    return typedValue(this.cell(column), found, this);
  }

  async files(column?: string): Promise<readonly FileRef[]> {
    const { storage, directory, directoryName } = this.#table;
    const found: FileRef[] = [];
    for (const name of column === undefined ? this.piece.layout.columns : [column]) {
      const cell = this.cell(name);
      if (cell === null || cell === "") continue;
      found.push(...await filesIn(cell, { storage, directory, directoryName, column: name }));
    }
    return found;
  }

  get rowId(): string {
    return hex(sha256(this.bytes).subarray(0, ID_BYTES));
  }

  get cursor(): Cursor {
    return toCursor(this.before, this);
  }
}

/** The text of ASCII. A short one is faster made here than by a TextDecoder. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > MOST_BY_HAND) return decoder.decode(bytes.subarray(start, end));
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
