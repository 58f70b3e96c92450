import type { OperationOptions, ReadResult } from "../storage/storage_adapter.ts";
import type { Cursor } from "./cursor.ts";

/**
 * A stored file that a cell names.
 *
 * @category Reading
 */
export interface FileRef {
  /** The column of the cell. */
  readonly column: string;
  /** The key of the file in the dataset's storage. */
  readonly key: string;
  /** The name that its uploader gave it, as far as the cell or the key tells. */
  readonly name: string;
  /** The size in bytes. */
  readonly size: number;
  /** Reads the file; resolves with `null` if it vanished since. */
  read(options?: OperationOptions): Promise<ReadResult | null>;
}

/**
 * One row of a dataset.
 *
 * @category Reading
 */
export interface Sample {
  /**
   * The texts by their columns, as they were flagged: `""` for an empty cell, `null` for a column that
   * the row's file does not have.
   */
  readonly values: Readonly<Record<string, string | null>>;
  /**
   * Further cells of a row that has more of them than its file has columns, as another app wrote it.
   */
  readonly surplus: readonly string[];
  /** Whether the row has another number of cells than its file has columns. */
  readonly irregular: boolean;
  /**
   * The value of a column, by the column's type; `null` for an empty cell that is not text, and for a
   * column that the row's file does not have.
   *
   * @throws {TypeError} If the table has no such column, or the cell does not fit its type
   */
  typed(column: string): unknown;
  /**
   * The stored files that the cells name, or one cell: those that exist below the dataset's directory.
   * Understands the paths of this package and those of Gradio.
   */
  files(column?: string): Promise<readonly FileRef[]>;
  /** 16 hex digits of the SHA-256 of the stored bytes: equal for equal rows. */
  readonly rowId: string;
  /** The name of the data file, such as `dataset1.csv`. */
  readonly file: string;
  /** The number in that name: 2 for `dataset2.csv`, 1 for `log.csv`. */
  readonly version: number;
  /** The key of the piece that holds the row. */
  readonly key: string;
  /** The offset of the row's first byte in the piece. */
  readonly start: number;
  /** The offset after the row's text, where its line ending begins. */
  readonly end: number;
  /** The place after this row, from which a later reading goes on. */
  readonly cursor: Cursor;
}
