import { escapeCell, unescapeCell } from "./escape.ts";
import type { Escaping } from "./escaping.ts";

/**
 * How text that a spreadsheet could evaluate as a formula is written.
 *
 * - `"gradio"`: text that begins with `=`, `+`, `-`, `@`, TAB, LF or CR, or contains one of them after a
 *   comma, gets a leading `'`. This is Gradio's rule. It does not cover programs that split the file at
 *   semicolons or tabs.
 * - `"strict"`: no cell begins with `=`, `+`, `-`, `@`, their full-width forms, TAB or CR, whether a
 *   program separates cells at commas, semicolons or tabs. More texts change, also in the middle.
 * - `"as-typed"`: nothing is escaped, for datasets that no spreadsheet opens.
 *
 * @category Loggers
 */
export type Formulas = "gradio" | "strict" | "as-typed";

/** Returns what was written. */
export type Restore = (cell: string) => string;

const same: Restore = (text) => text;
const verbatim: Escaping["verbatim"] = (cell) => cell.verbatim;
const GRADIO: Escaping = { text: escapeCell, verbatim };

/**
 * Returns how cells are written: a promise only of `"strict"`, whose code is loaded then.
 *
 * @throws {TypeError} If `formulas` is another value
 */
export function escapingOf(formulas: Formulas = "gradio"): Escaping | Promise<Escaping> {
  if (formulas === "gradio") return GRADIO;
  if (formulas === "as-typed") return { text: same, verbatim };
  return loadStrict(formulas).then(({ STRICT }) => STRICT);
}

/** Returns the inverse of {@linkcode escapingOf}, and throws like it. */
export function restoreOf(formulas: Formulas = "gradio"): Restore | Promise<Restore> {
  if (formulas === "gradio") return unescapeCell;
  if (formulas === "as-typed") return same;
  return loadStrict(formulas).then(({ unescapeStrictly }) => unescapeStrictly);
}

function loadStrict(formulas: Formulas): Promise<typeof import("./strict.ts")> {
  if (formulas === "strict") return import("./strict.ts");
  throw new TypeError(
    `Cannot use formulas: ${JSON.stringify(formulas)}: use "gradio", "strict" or "as-typed"`,
  );
}
