// Readers that are not careful evaluate a cell with one of these at its start, and a semicolon- or
// tab-separated reading may put the start of a cell behind any comma. The list is OWASP's.
const UNSAFE = /^[=+\-@\t\n\r]|,[=+\-@\t\n\r]/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function isJsonContainer(text: string): boolean {
  // Behind a tab or a line break it would be as unsafe as anything else.
  if (text[0] !== "[" && text[0] !== "{") return false;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    // Brackets nested too deep for the parser are as harmless as any other.
    return error instanceof RangeError;
  }
}

/** Whether a spreadsheet might take a text for a formula. Numbers and JSON are none. */
function isUnsafe(text: string): boolean {
  return UNSAFE.test(text) && !NUMBER.test(text) && !isJsonContainer(text);
}

function withoutQuotes(text: string): string {
  let start = 0;
  while (text[start] === "'") start++;
  return start === 0 ? text : text.slice(start);
}

/**
 * Makes a text safe to open in a spreadsheet: one that might be taken for a formula gets a leading
 * `'`, and so does one that already stands behind such quotes, so that {@linkcode unescapeCell}
 * gives back every text.
 *
 * A text is unsafe that begins with `=`, `+`, `-`, `@`, TAB, LF or CR, or has one of them behind a
 * comma. Plain numbers (`-5`, `-1.5e3`) and JSON arrays and objects are safe.
 */
export function escapeCell(text: string): string {
  return isUnsafe(withoutQuotes(text)) ? `'${text}` : text;
}

/**
 * The exact inverse of {@linkcode escapeCell}.
 */
export function unescapeCell(text: string): string {
  return text[0] === "'" && isUnsafe(withoutQuotes(text)) ? text.slice(1) : text;
}
