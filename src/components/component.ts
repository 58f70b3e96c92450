/**
 * What a person may hand over as a file.
 *
 * @category Components
 */
export type FileSource = File | Blob | Uint8Array | ReadableStream<Uint8Array>;

/**
 * What a value becomes in the CSV file. A string is text: it is written as it is, and made safe for
 * spreadsheets. `verbatim` is written as it is: for numbers, JSON, and the paths of stored files.
 * `null` is an empty cell.
 *
 * @category Components
 */
export type Cell = string | null | { readonly verbatim: string };

/**
 * What a component needs of the logger to make a cell.
 *
 * @category Components
 */
export interface CellContext {
  /** The name of the component's column. */
  readonly column: string;
  /** Whether a stored file's cell is its path alone, and not all that is known of it. */
  readonly simplifyFileData: boolean;
  /**
   * Stores a copy of a file beside the dataset.
   *
   * @param source The file
   * @param name What it is called; only its last path segment is used
   * @returns The copy's path, relative to the dataset's directory
   */
  saveFile(source: FileSource, name: string): Promise<string>;
  /** Opens an object of the dataset's own storage; `null` where the path is no key or is missing. */
  openKey(path: string): Promise<ReadableStream<Uint8Array> | null>;
}

/**
 * One input or output of a model: its label, and how its values become cells. `value()`, `file()`
 * and `files()` make the usual ones.
 *
 * @category Components
 *
 * @example A component of one's own
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
  /** Makes a cell of a value. What it throws rejects the sample; nothing is written then. */
  toCell(value: Value, context: CellContext): Cell | Promise<Cell>;
}
