import type { Damage } from "../reader/damage.ts";
import type { Dataset, RowsOptions } from "../reader/dataset.ts";

/**
 * A file of an export, as it is made.
 *
 * @category Exports
 */
export interface ExportedFile {
  /** The path below the export's directory, such as `"data.jsonl"`. */
  readonly path: string;
  /** The media type. */
  readonly contentType: string;
  /** The bytes. If reading the dataset fails, the stream errors: what was made so far is not whole. */
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * What an export did.
 *
 * @category Exports
 */
export interface ExportReport {
  /** The number of exported rows; for pairs that of the pairs. */
  readonly rows: number;
  /** How many rows were left out, by the reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Further numbers, such as those of `good` and `bad` rows. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * An export of a dataset. Nothing is read before its files are.
 *
 * @category Exports
 */
export interface Export {
  /**
   * The files. Read each to its end, or cancel it, before you ask for the next one. Memory does not grow
   * with their size, unless a format says so.
   */
  readonly files: AsyncIterable<ExportedFile>;
  /** What was exported so far; complete once all files were read. */
  readonly report: ExportReport;
}

/**
 * Options of every export.
 *
 * @category Exports
 */
export interface ExportOptions
  extends
    Pick<RowsOptions, "where" | "search" | "current" | "uniqueBy" | "keep" | "onePer" | "signal"> {
  /**
   * The verdicts of reviewers, as the review page saves them. They outrank the users' flags: a row that
   * reviewers rejected, found unclear or disagree on is skipped, and another flag replaces the user's. A
   * correction replaces the answer.
   *
   * @default {the users' flags count}
   */
  readonly verdicts?: Dataset | undefined;
  /** Called with each place that cannot be read. @default {"throw": the export fails} */
  readonly onDamage?: "throw" | ((damage: Damage) => void) | undefined;
  /** Called now and then with the bytes that were read, of all that were there at the beginning. */
  readonly onProgress?: ((read: number, total: number) => void) | undefined;
}
