const FIRST = 0xe000; // the start of the private use area
const LAST = 0xf8ff;

/**
 * Characters that do not occur in a text, to stand in for others while `@std/csv` works on it.
 *
 * @throws {RangeError} If the text uses the whole private use area
 */
export function standIns(text: string, count: number): string[] {
  const found: string[] = [];
  for (let code = FIRST; code <= LAST && found.length < count; code++) {
    const candidate = String.fromCharCode(code);
    if (!text.includes(candidate)) found.push(candidate);
  }
  if (found.length < count) {
    throw new RangeError(
      "Cannot encode a row that uses every private character",
    );
  }
  return found;
}
