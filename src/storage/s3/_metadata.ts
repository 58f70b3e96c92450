import { type Attempt, fail } from "../kit/fail.ts";
import type { WriteOptions } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

const PREFIX = "x-amz-meta-";
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Values that need no encoding: printable ASCII without a space at either end. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
const ENCODED_WORD = /^=\?utf-8\?([bq])\?([^?]*)\?=$/i;

function invalid(attempt: Attempt, why: string): StorageError {
  return fail(attempt, { code: "InvalidArgument", why, outcome: "not-applied" });
}

/** Encodes a value like RFC 2047, as S3 itself does if it is not ASCII. */
function encodeWord(value: string): string {
  const bytes = new TextEncoder().encode(value);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `=?UTF-8?B?${btoa(binary)}?=`;
}

function encodeValue(value: string): string {
  return PLAIN.test(value) && !value.includes("=?") ? value : encodeWord(value);
}

function bytesOfWord(encoding: string, text: string): Uint8Array<ArrayBuffer> {
  const binary = encoding.toLowerCase() === "b" ? atob(text) : text
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Decodes the value of a header, if it consists of encoded words. */
function decodeValue(header: string): string {
  // A long value arrives as several words; the spaces between them are not part of it.
  const words = header.split(/[ \t]+/).map((word) => ENCODED_WORD.exec(word));
  if (!words.every((word) => word !== null)) return header;
  try {
    const bytes = words.flatMap(([, encoding = "", text = ""]) => [...bytesOfWord(encoding, text)]);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return header;
  }
}

/** The headers for a content type and metadata. Refuses values that headers cannot carry. */
export function headersOf(
  { contentType, metadata }: Pick<WriteOptions, "contentType" | "metadata">,
  attempt: Attempt,
): Record<string, string> {
  const headers: [string, string][] = [];
  if (contentType !== undefined) {
    if (!PLAIN.test(contentType)) {
      throw invalid(
        attempt,
        `its content type must be a media type: current value is ${JSON.stringify(contentType)}`,
      );
    }
    headers.push(["content-type", contentType]);
  }
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (!NAME.test(name)) {
      throw invalid(
        attempt,
        `the names of metadata must consist of lower-case letters, digits and signs that headers ` +
          `allow: current value is ${JSON.stringify(name)}`,
      );
    }
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw invalid(attempt, `the metadata ${JSON.stringify(name)} must be a well-formed string`);
    }
    headers.push([PREFIX + name, encodeValue(value)]);
  }
  return Object.fromEntries(headers);
}

/** The metadata in headers. */
export function metadataOf(headers: Headers): Record<string, string> {
  const found: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name.startsWith(PREFIX)) found.push([name.slice(PREFIX.length), decodeValue(value)]);
  }
  return Object.fromEntries(found);
}
