/**
 * One sample: its texts by their columns. A second column `name` is read as `name (2)`.
 *
 * @category Reading
 */
export type DatasetRow = Record<string, string>;

/** Reads the rows of a dataset from its beginning, each time that it is called. */
export type ReadRows = () => AsyncGenerator<DatasetRow, void, undefined>;

/** The text of a row in a column; empty if the row does not have the column. */
export function textIn(row: DatasetRow, column: string): string {
  return Object.hasOwn(row, column) ? row[column]! : "";
}
