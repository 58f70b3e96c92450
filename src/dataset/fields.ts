/** One value of a sample, and its column. */
export interface Field {
  /** The text of the column's header cell. */
  readonly column: string;
  /** The text of the cell; `undefined` if the sample has no such value. */
  readonly cell: string | undefined;
}

/** Returns the header of a new file for a sample: every column that has a value. */
export function headerFor(fields: readonly Field[]): string[] {
  return fields.filter(({ cell }) => cell !== undefined).map(({ column }) => column);
}

/**
 * Returns the row of a sample under a header, or `null` if the header does not fit the sample.
 *
 * A header fits a sample if it has every column with a value, in the same order, and only columns of
 * the sample's fields. A missing value becomes an empty cell.
 */
export function rowUnder(header: readonly string[], fields: readonly Field[]): string[] | null {
  const row: string[] = [];
  for (const { column, cell } of fields) {
    if (header[row.length] === column) row.push(cell ?? "");
    else if (cell !== undefined) return null;
  }
  return row.length === header.length ? row : null;
}
