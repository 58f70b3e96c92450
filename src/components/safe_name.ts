import { RESERVED_PREFIX, utf8Length } from "../storage/validate_key.ts";

// deno-lint-ignore no-control-regex -- control characters are what it removes
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

/** The beginning of a text that fits into so many UTF-8 bytes, in whole characters. */
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
 * A name for a file or a directory, from a text that somebody typed or a file that somebody sent.
 * What file systems do not take is left out; the result is no path, no device, not empty, and at
 * most `maxBytes` long in UTF-8.
 */
export function safeName(text: string, maxBytes: number = MAX_BYTES): string {
  const [stem, extension] = splitExtension(text.toWellFormed().normalize("NFC"))
    .map((part) => part.replace(INVALID, "")) as [string, string];
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
 * A name as one segment of a path that stands in a cell: also safe for spreadsheets, so that the
 * cell names the file as it is.
 */
export function pathSegment(text: string): string {
  return safeName(text).replace(/^(?=[=+\-@'])/, "_").replace(/,(?=[=+\-@])/g, "_");
}
