// Spreadsheets evaluate a cell that begins with one of these characters, and if they split the file at
// semicolons or tabs, a cell may begin after any comma. The list is OWASP's.
const UNSAFE = /^[=+\-@\t\n\r]|,[=+\-@\t\n\r]/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function isJsonContainer(text: string): boolean {
  // After a tab or a line break, JSON is as unsafe as any other text.
  if (text[0] !== "[" && text[0] !== "{") return false;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    // Brackets that are nested too deeply for the parser are harmless.
    return error instanceof RangeError;
  }
}

/** Whether a spreadsheet might evaluate a text as a formula. Numbers and JSON are safe. */
function isUnsafe(text: string): boolean {
  return UNSAFE.test(text) && !NUMBER.test(text) && !isJsonContainer(text);
}

function withoutQuotes(text: string): string {
  let start = 0;
  while (text[start] === "'") start++;
  return start === 0 ? text : text.slice(start);
}

/**
 * Makes a text safe to open in a spreadsheet: a text that might be evaluated as a formula gets a
 * leading `'`. So does such a text that already has leading quotes, so that
 * {@linkcode unescapeCell} restores every text.
 *
 * A text is unsafe if it begins with `=`, `+`, `-`, `@`, TAB, LF or CR, or contains one of them after
 * a comma. Plain numbers (`-5`, `-1.5e3`) and JSON arrays and objects are safe.
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
