import type { OpenPiece } from "./_open_piece.ts";
import type { Piece } from "./dataset.ts";

/** How the rows of a piece are written. */
export interface StoredForm {
  /** Whether its first record is a header. */
  readonly hasHeader: boolean;
  /** The character around texts: Gradio wrote `'` from March to August 2022. */
  readonly quote: '"' | "'";
}

/**
 * Returns how a piece is written, for programs that read it by other means than this package.
 *
 * @throws {TypeError} If the piece is not one of `openDataset()`
 */
export function storedFormOf(piece: Piece): StoredForm {
  const { bodyStart, layout } = piece as Partial<OpenPiece>;
  if (bodyStart === undefined || layout === undefined) {
    throw new TypeError(
      `Cannot tell how "${piece.key}" is written: pass a dataset of openDataset()`,
    );
  }
  return { hasHeader: bodyStart > 0, quote: layout.singleQuotes ? "'" : '"' };
}
