const FORM = "dddd-dd-dd dd:dd:dd.dddddd";

/** Whether a cell is a timestamp that was cut off. */
export function isTornTimestamp(cell: string): boolean {
  if (cell.length >= FORM.length) return false;
  for (let i = 0; i < cell.length; i++) {
    const expected = FORM[i];
    if (expected === "d" ? !/\d/.test(cell[i]!) : cell[i] !== expected) return false;
  }
  return true;
}
