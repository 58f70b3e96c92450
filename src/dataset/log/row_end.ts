const TIMESTAMP = /(^|,|")\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?"?$/;

/** Whether a row without a line ending ends with the default timestamp, but perhaps its fraction. */
export function endsWithTimestamp(text: string): boolean {
  return TIMESTAMP.test(text);
}

/**
 * Whether the last cell of a row without a line ending may be the beginning of a timestamp.
 *
 * @param text The row
 * @param others The ends of whole rows with timestamps of the same kind
 */
export function isTorn(text: string, others: readonly string[]): boolean {
  const form = formOf(text);
  const forms = others.map(formOf);
  return !forms.includes(form) && forms.some((other) => loose(other).startsWith(loose(form)));
}

/** Whether a row ends as one of these rows does. */
export function endsLike(text: string, others: readonly string[]): boolean {
  return others.some((other) => formOf(other) === formOf(text));
}

/** The last cell of a row, without what differs between timestamps: only its end must be as long. */
function formOf(text: string): string {
  const cell = text.trimEnd();
  return cell.slice(cell.lastIndexOf(",") + 1)
    .replace(/\d+(?=\D+\d)/g, "0").replace(/\d/g, "0").replace(/\p{L}/gu, "a");
}

/** A form in which numbers and words may have any length. */
function loose(form: string): string {
  return form.replace(/0+/g, "0").replace(/a+/g, "a");
}
