import type { Escaping } from "./escaping.ts";

const FORMULA = String.raw`[=+\-@\t\uff0b\uff0d\uff1d\uff20]`;
// A reading can begin a cell after each of these, and skip quotes, spaces and a byte order mark.
const START = String.raw`(?:^|[,;\t\r\n])[" \ufeff]*'*`;
const FIRST_BREAK = String.raw`^[" \ufeff]*'*`;
// After these, the closing quote of a row's last cell can open a cell that begins with the row's CR.
const END = String.raw`[;\t\r\n] *'*`;

// The character comes before the look-behind, which is then tried at few places.
const UNSAFE = new RegExp(
  `${FORMULA}(?<=${START}.)|[\\r\\n](?<=${FIRST_BREAK}[\\r\\n])|$(?<=${END})`,
  "g",
);
const MARKED = new RegExp(
  `'(?=${FORMULA})(?<=${START})|'(?=[\\r\\n])(?<=${FIRST_BREAK})|'$(?<=${END})`,
  "g",
);
// In compact JSON only a number can follow a comma directly and stand in no string.
const UNSAFE_IN_JSON = /(?!-(?<=,-))[=+\-@\uff0b\uff0d\uff1d\uff20](?<=[,;][" \ufeff]*'*.)/g;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

function toUnicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Escapes cells so that no reading of the file begins one with a formula, whether it separates them at
 * commas, semicolons or tabs. In a text, each character that could begin one gets a `'` before it,
 * and a text that ends at a separator or line break gets one at its end. In the strings of JSON the
 * character is written as `\u003d` and the like.
 *
 * A reading that splits at semicolons joins the first cell of a row with the next ones, so even a
 * number is unsafe there.
 */
export const STRICT: Escaping = {
  text: (text) => text.replace(UNSAFE, "'$&"),
  verbatim({ verbatim, json }, isFirst) {
    if (json) return verbatim.replace(UNSAFE_IN_JSON, toUnicodeEscape);
    return !isFirst && NUMBER.test(verbatim) ? verbatim : STRICT.text(verbatim);
  },
};

/** Returns the text whose cell {@linkcode STRICT} wrote; JSON stays as it is. */
export function unescapeStrictly(cell: string): string {
  return cell.replace(MARKED, "");
}
