/**
 * The bytes of a file.
 *
 * @category Components
 */
export type FileSource = File | Blob | Uint8Array | ReadableStream<Uint8Array>;

/**
 * The form of a value in the CSV file. A string is text, which is escaped for spreadsheets.
 * `verbatim` is written unchanged; use it for numbers, JSON and the paths of stored files. `null` is
 * an empty cell.
 *
 * With the option `formulas: "strict"` `verbatim` is escaped as well, except numbers. With `json: true`
 * it must be the result of `JSON.stringify()`, and stays JSON of the same value.
 *
 * @category Components
 */
export type Cell = string | null | {
  readonly verbatim: string;
  readonly json?: boolean | undefined;
};

/**
 * The part of the logger that a component uses to return a cell.
 *
 * @category Components
 */
export interface CellContext {
  /** The name of the component's column. */
  readonly column: string;
  /** Whether the cell of a stored file is only its path, instead of its whole description. */
  readonly simplifyFileData: boolean;
  /**
   * Stores a copy of a file next to the dataset.
   *
   * @param source The file
   * @param name The name of the file; only its last path segment is used. If it is empty, the media
   * type decides
   * @returns The copy's path, relative to the dataset's directory
   */
  saveFile(source: FileSource, name: string): Promise<string>;
  /** The key prefix of the dataset's directory: empty, or with its slash. Every logger sets it. */
  readonly directory?: string | undefined;
  /** Opens an object of the dataset's own storage; `null` if the path is not the key of an object. */
  openKey(path: string): Promise<ReadableStream<Uint8Array> | null>;
}

/**
 * One input or output of a model: its label, and the cells of its values. `value()`, `file()` and
 * `files()` return the usual components.
 *
 * @typeParam Value The values that the component accepts
 *
 * @category Components
 *
 * @example A custom component
 * ```ts
 * import { type Component, CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const seconds: Component = {
 *   label: "seconds",
 *   toCell: (value) => ({ verbatim: Number(value).toFixed(2) }),
 * };
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup([seconds]);
 * assertEquals(await logger.flag([1.5]), 1);
 * ```
 */
export interface Component<Value = unknown> {
  /** The name of the column. @default {"component <index>"} */
  readonly label?: string | null | undefined;
  /**
   * Whether its values are files: `"one"`, or a list of `"many"`. A feedback endpoint accepts files for
   * such components only.
   *
   * @default {its values are not files}
   */
  readonly holdsFiles?: "one" | "many" | undefined;
  /** Returns the cell of a value. If it throws, the sample is rejected and nothing is written. */
  toCell(value: Value, context: CellContext): Cell | Promise<Cell>;
}
