/**
 * What a cell must be: this text; one of these texts; or what a {@linkcode CellTest} says. `null`
 * stands for "the file has no such column", and `""` for an empty cell.
 *
 * @category Reading
 */
export type Condition = string | null | readonly (string | null)[] | CellTest;

/**
 * Tests of a cell, which it must all pass. Texts are compared by their UTF-16 units, so that timestamps
 * are compared by time. A cell that the file does not have passes only `not`.
 *
 * @category Reading
 */
export interface CellTest {
  /** The cell is none of these texts. */
  readonly not?: string | null | readonly (string | null)[] | undefined;
  /** The cell contains this text, whatever its case. */
  readonly contains?: string | undefined;
  /** The cell is this text or a later one. */
  readonly from?: string | undefined;
  /** The cell is an earlier text than this one. */
  readonly before?: string | undefined;
}

/**
 * Which rows are meant.
 *
 * @category Reading
 */
export interface Filter {
  /** The conditions that a row must meet, by column. @default {none} */
  readonly where?: Readonly<Record<string, Condition>> | undefined;
  /** A text that one of the row's cells must contain, whatever its case. @default {none} */
  readonly search?: string | undefined;
}
