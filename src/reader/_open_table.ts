import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Matcher } from "./_matcher.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { PiecesOptions } from "./_pieces.ts";
import type { Damage } from "./damage.ts";
import type { Column } from "./dataset.ts";

/** A table as its rows see it. */
export interface OpenTable {
  readonly storage: StorageAdapter;
  readonly directory: string;
  /** The name of the directory, which Gradio's paths contain; empty if it is unknown. */
  readonly directoryName: string;
  readonly columns: readonly Column[];
  /** The columns by their names, in their order. */
  readonly byName: ReadonlyMap<string, Column>;
  /** The names of the columns, in their order. */
  readonly names: readonly string[];
  readonly pieces: readonly OpenPiece[];
  /** How its pieces are opened. */
  readonly opening: PiecesOptions;
  /** Takes in pieces that were found since. */
  adopt(pieces: readonly OpenPiece[]): void;
}

/** One reading of a table. */
export interface Reading {
  readonly table: OpenTable;
  readonly matcher: Matcher;
  /** The columns of the values; `undefined` for all, also those of files that are found later. */
  readonly select: readonly string[] | undefined;
  readonly onDamage: (damage: Damage) => void;
  readonly signal: AbortSignal | undefined;
}
