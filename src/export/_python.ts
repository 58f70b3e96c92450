/** Gradio's rule of escaping, as a pattern of `re.match()` and of Spark alike. */
export const ESCAPED = String.raw`'+(?:.*,)?[=+\-@\t\n\r]`;

/** A text in Python: JSON's escapes are among Python's. */
export function text(value: string): string {
  return JSON.stringify(value);
}

/** A list of texts in Python, one to a line. */
export function list(values: readonly string[], indent: string): string {
  return `[\n${values.map((value) => `${indent}    ${text(value)},\n`).join("")}${indent}]`;
}

/** A truth value in Python. */
export function flag(value: boolean): string {
  return value ? "True" : "False";
}
