const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SINGLE_QUOTED = /^'(?:[^']|'')*'(?:,'(?:[^']|'')*')*$/;

/** Whether a header is quoted with `'` throughout, as Gradio wrote from March to August 2022. */
export function hasSingleQuotes(line: string): boolean {
  return SINGLE_QUOTED.test(line);
}

/** Returns bytes with `'` for each `"` and the other way round, so that one scanner reads both. */
export function swapQuotes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.slice().map((byte) =>
    byte === QUOTE ? APOSTROPHE : byte === APOSTROPHE ? QUOTE : byte
  );
}

/** Undoes {@linkcode swapQuotes} in a text. */
export function swapQuotesIn(text: string): string {
  return text.replace(/["']/g, (quote) => quote === "'" ? '"' : "'");
}
