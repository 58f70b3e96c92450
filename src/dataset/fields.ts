/** One value of a sample, and the column that it belongs under. */
export interface Field {
  /** The text of the column's header cell. */
  readonly column: string;
  /** The text of the cell; `undefined` where the sample does not have the value. */
  readonly cell: string | undefined;
}

/** The header of a new file for a sample: every column that the sample has. */
export function headerFor(fields: readonly Field[]): string[] {
  return fields.filter(({ cell }) => cell !== undefined).map(({ column }) => column);
}

/**
 * The row of a sample under a header, or `null` where the header does not take the sample.
 *
 * A header takes a sample if it has, in their order, every column that the sample has, and no
 * column but those that the sample might have; a value that the sample does not have is an empty
 * cell.
 */
export function rowUnder(header: readonly string[], fields: readonly Field[]): string[] | null {
  const row: string[] = [];
  for (const { column, cell } of fields) {
    if (header[row.length] === column) row.push(cell ?? "");
    else if (cell !== undefined) return null;
  }
  return row.length === header.length ? row : null;
}
