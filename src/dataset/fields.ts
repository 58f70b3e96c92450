/** One value of a sample, and its column. */
export interface Field {
  /** The text of the column's header cell. */
  readonly column: string;
  /** The text of the cell; `undefined` if the sample has no such value. */
  readonly cell: string | undefined;
  /** Whether a sample may lack the value or the field. @default {false} */
  readonly optional?: boolean | undefined;
}

/**
 * Returns the header of a new file for a sample: its columns with a value, and other optional ones.
 *
 * @param order Optional columns, in their order
 */
export function headerFor(fields: readonly Field[], order: readonly string[]): string[] {
  return arranged(fields, order)
    .filter(({ column, cell, optional }) =>
      cell !== undefined || optional && order.includes(column)
    )
    .map(({ column }) => column);
}

/** Returns the fields of a sample with optional columns in this order, also those that it lacks. */
export function arranged(fields: readonly Field[], order: readonly string[]): Field[] {
  const required = fields.filter(({ optional }) => !optional);
  const own = fields.filter(({ optional }) => optional);
  return [
    ...required.slice(0, -1),
    ...order.map((column) =>
      own.find((field) => field.column === column) ?? { column, cell: undefined, optional: true }
    ),
    ...own.filter(({ column }) => !order.includes(column)),
    ...required.slice(-1),
  ];
}

/** Returns the optional columns of a header whose other columns are those of a sample. */
export function optionalIn(header: readonly string[], fields: readonly Field[]): string[] {
  const required = fields.filter(({ optional }) => !optional).map(({ column }) => column);
  const last = required.length - 1;
  const isEqual = required.every((column, i) => column === header.at(i < last ? i : -1));
  return isEqual ? header.slice(last, -1) : [];
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
