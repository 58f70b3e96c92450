import { StorageError } from "./storage_error.ts";

/** The prefix of segments that adapters reserve for their own files (staged writes, locks). */
export const RESERVED_PREFIX = ".flagstone-";

/** The longest key, in UTF-8 bytes. */
export const MAX_KEY_BYTES = 1024;

/** The longest segment of a key, in UTF-8 bytes: the limit of file systems for one name. */
export const MAX_SEGMENT_BYTES = 255;

// deno-lint-ignore no-control-regex -- it looks for control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const PLAIN = /^[\w-]+(?:[./][\w-]+)*$/;
const encoder: TextEncoder = new TextEncoder();

/** The length of a text in UTF-8 bytes. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** Why a text is not a key, or `undefined` if it is one. */
function reasonAgainst(key: string): string | undefined {
  if (typeof key !== "string") return "be a string";
  // Most keys are short and plain; they need none of the slower checks.
  if (key.length < 200 && PLAIN.test(key)) return undefined;
  if (!key.isWellFormed()) return "not contain a lone surrogate";
  if (CONTROL.test(key)) return "not contain a control character";
  if (key.includes("\\")) return "not contain a backslash";
  if (key.normalize("NFC") !== key) return "be in Unicode's form NFC";
  if (utf8Length(key) > MAX_KEY_BYTES) return `not exceed ${MAX_KEY_BYTES} bytes`;
  for (const segment of key.split("/")) {
    if (/^\.{0,2}$/.test(segment)) return `not have a segment ${JSON.stringify(segment)}`;
    if (segment.startsWith(RESERVED_PREFIX)) return `not use reserved names: ${RESERVED_PREFIX}`;
    if (utf8Length(segment) > MAX_SEGMENT_BYTES) {
      return `not have a segment of more than ${MAX_SEGMENT_BYTES} bytes`;
    }
  }
  return undefined;
}

/**
 * Returns whether a text is a valid key for every adapter.
 *
 * @category Adapter authors
 */
export function isValidKey(key: string): boolean {
  return reasonAgainst(key) === undefined;
}

/**
 * Throws if a text is not a valid key. A key has 1 to 1024 UTF-8 bytes, in segments separated by
 * `/`. A segment has 1 to 255 bytes and is not `.`, `..` or reserved. A key contains no control
 * character, backslash or lone surrogate, and is in Unicode's form NFC. Keys are never normalised,
 * because every normalisation maps two keys to one.
 *
 * @category Adapter authors
 *
 * @param key The text to check
 * @param adapter The adapter's name, for the error
 * @throws {StorageError} `InvalidKey`
 *
 * @example Usage
 * ```ts
 * import { validateKey } from "@flagstone/flagging/adapter";
 * import { assertThrows } from "@std/assert";
 *
 * validateKey("flagged/dataset1.csv", "mine");
 * assertThrows(() => validateKey("../passwd", "mine"));
 * ```
 */
export function validateKey(key: string, adapter: string): void {
  const reason = reasonAgainst(key);
  if (reason === undefined) return;
  const shown = typeof key === "string" && key.length > 80 ? `${key.slice(0, 80)}…` : key;
  throw new StorageError(
    `Cannot use ${JSON.stringify(shown)} as a key: it must ${reason}`,
    {
      code: "InvalidKey",
      adapter,
      key: String(key),
      outcome: "not-applied",
    },
  );
}

/**
 * Compares keys by their UTF-8 bytes, the order of `list`. JavaScript's own order differs above
 * U+FFFF.
 *
 * @category Adapter authors
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate belongs to a character that sorts after every other code unit.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
