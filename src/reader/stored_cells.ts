import { decodeRecord } from "../csv/decode.ts";
import { swapQuotes } from "./_dialect.ts";
import type { Bound } from "./_layout.ts";
import type { OpenPiece } from "./_open_piece.ts";
import { Row } from "./_row.ts";
import type { Piece } from "./dataset.ts";
import type { Sample } from "./sample.ts";

const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Returns the offset of the first row of a piece: the length of its header. */
export function bodyStartOf(piece: Piece): number {
  return opened(piece).bodyStart;
}

/** Returns the bytes of a piece, or of a part of it, with the quotes that all other files have. */
export function withDoubleQuotes(piece: Piece, bytes: Uint8Array): Uint8Array {
  return opened(piece).layout.singleQuotes ? swapQuotes(bytes) : bytes;
}

/**
 * Returns a function that returns the text of a stored record in a column of a piece; empty if it has
 * none.
 */
export function textReader(piece: Piece): (record: Uint8Array, column: string) => string {
  const { layout } = opened(piece);
  return (record, column) => {
    const place = layout.places.get(column);
    if (place === undefined) return "";
    const bytes = layout.singleQuotes ? swapQuotes(record) : record;
    const bound: Bound | null = layout.bind(decodeRecord(decoder.decode(bytes)));
    return bound?.cells[place] ?? "";
  };
}

/** Returns all cells of a row in their order, as they were flagged, whatever its file's columns are. */
export function cellsOf(sample: Sample): readonly string[] {
  if (!(sample instanceof Row)) throw new TypeError("Pass a sample of openDataset()");
  const { layout } = sample.piece;
  return decodeRecord(sample.text).map((cell) => layout.restored(cell));
}

function opened(piece: Piece): OpenPiece {
  if ((piece as Partial<OpenPiece>).layout !== undefined) return piece as OpenPiece;
  throw new TypeError(`Cannot read "${piece.key}": pass a piece of openDataset()`);
}
