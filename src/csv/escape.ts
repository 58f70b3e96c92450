// Gradio's list: the starts of a text, and of what follows a comma in it.
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

/** Whether a text, without the quotes that it begins with, is on the list. */
function isListed(text: string): boolean {
  let start = 0;
  while (text[start] === "'") start++;
  return UNSAFE.test(start === 0 ? text : text.slice(start));
}

/**
 * Escapes a text by Gradio's rule: a text that a spreadsheet might evaluate as a formula gets a leading
 * `'`. So does such a text that already has leading quotes, so that {@linkcode unescapeCell} restores
 * every text.
 *
 * A text is unsafe if it begins with `=`, `+`, `-`, `@`, TAB, LF or CR, or contains one of them after
 * a comma. Plain numbers (`-5`, `-1.5e3`) and JSON arrays and objects are safe.
 */
export function escapeCell(text: string): string {
  if (!isListed(text)) return text;
  return text[0] !== "'" && (NUMBER.test(text) || isJsonContainer(text)) ? text : `'${text}`;
}

/**
 * The exact inverse of {@linkcode escapeCell}. Also restores the numbers and the JSON that Gradio
 * escapes: `'-5`.
 */
export function unescapeCell(text: string): string {
  return text[0] === "'" && isListed(text) ? text.slice(1) : text;
}
