// deno-lint-ignore no-control-regex -- these are what must not reach a terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** Characters without a width: directions, joiners, tags and other invisible formats. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u3164\uffa0\u115f\u1160]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Returns a text in which everything that could drive or deceive a terminal is shown escaped. */
export function visible(text: string): string {
  return text
    .replace(CONTROL, (found) => NAMED[found] ?? `\\x${hexOf(found, 2)}`)
    .replace(INVISIBLE, (found) => `\\u{${hexOf(found, 4)}}`);
}

function hexOf(character: string, length: number): string {
  return character.codePointAt(0)!.toString(16).padStart(length, "0");
}
