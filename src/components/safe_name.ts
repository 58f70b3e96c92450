import { RESERVED_PREFIX, utf8Length } from "../storage/validate_key.ts";

// deno-lint-ignore no-control-regex -- it removes control characters
const INVALID = /[$!{}/\\<>:"|?*`\u0000-\u001f\u007f-\u009f]/g;
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;
const MAX_BYTES = 200;

/** Splits off the extension; leading dots do not begin one. */
function splitExtension(name: string): [stem: string, extension: string] {
  const base = Math.max(name.lastIndexOf("/") + 1, 0);
  const dot = name.lastIndexOf(".");
  const hasStem = dot > base && /[^.]/.test(name.slice(base, dot));
  return hasStem ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
}

/** Returns the longest beginning of a text that fits into `maxBytes` of UTF-8. */
function cut(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  let length = 0;
  let kept = "";
  for (const character of text) {
    length += utf8Length(character);
    if (length > maxBytes) break;
    kept += character;
  }
  return kept;
}

function isNoName(name: string): boolean {
  return name === "" || name === "." || name === ".." || DEVICE.test(name) ||
    name.startsWith(RESERVED_PREFIX);
}

/**
 * Returns a name for a file or a directory, from untrusted text. Characters that file systems refuse
 * are removed; the result is not a path, a device or empty, and has at most `maxBytes` in UTF-8.
 */
export function safeName(text: string, maxBytes: number = MAX_BYTES): string {
  // A removed character can have separated characters that combine.
  const [stem, extension] = splitExtension(text.toWellFormed().normalize("NFC"))
    .map((part) => part.replace(INVALID, "").normalize("NFC")) as [string, string];
  const named = (stem === "" && extension !== "" ? "file" : stem) + extension;
  const marked = isNoName(named) ? `_${named}` : named;
  const keptExtension = utf8Length(extension) <= maxBytes ? extension : "";
  const kept = cut(
    marked.slice(0, marked.length - extension.length),
    maxBytes -
      utf8Length(keptExtension),
  ) + keptExtension;
  return isNoName(kept) ? cut(`_${kept}`, maxBytes) : kept;
}

/**
 * Returns a name as one segment of a path in a cell. It needs no escaping for spreadsheets, whatever
 * the option `formulas` is, so that the cell is the path of the file.
 */
export function pathSegment(text: string): string {
  return safeName(text)
    .replace(/[. ]+$/, "_") // Windows drops them
    .replace(/^(?=[\s']*[=+\-@'\uff0b\uff0d\uff1d\uff20])/, "_")
    .replace(/[,;](?=[\s']*(?:[=+\-@\uff0b\uff0d\uff1d\uff20]|$))/g, "_");
}

/** Returns a name in ASCII characters that every store accepts: `uber.png` for `über.png`. */
export function asciiName(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\w.()-]/gu, "_");
}
