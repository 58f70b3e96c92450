import {
  MaxFileSizeExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  MultipartParser,
  type MultipartPart,
} from "@remix-run/multipart-parser";
import type { BodyReader } from "./_body.ts";
import type { FormField } from "./_form_body.ts";
import { plainRefusal, refusal } from "./_refusal.ts";

/** The limits of a form with files. */
export interface MultipartLimits {
  /** The largest file, in bytes. */
  readonly maxBytes: number;
  /** The largest sum of all parts, in bytes. */
  readonly maxTotalBytes: number;
  /** The largest text, in bytes. */
  readonly maxTextBytes: number;
}

const MAX_PARTS = 1000;
const MAX_HEADER_BYTES = 8192;

/** Reads the fields of a multipart body. */
export async function readFields(
  contentType: string,
  body: BodyReader,
  limits: MultipartLimits,
): Promise<FormField[]> {
  const parser = new MultipartParser(boundaryOf(contentType), {
    maxHeaderSize: MAX_HEADER_BYTES,
    maxFileSize: Math.max(limits.maxBytes, limits.maxTextBytes),
    maxParts: MAX_PARTS,
    maxTotalSize: limits.maxTotalBytes,
  });
  const fields: FormField[] = [];
  let textBytes = 0;
  try {
    for (let chunk; (chunk = await body.read()) !== undefined;) {
      for (const part of parser.write(chunk)) {
        const field = fieldOf(part, limits);
        if (typeof field[1] === "string") textBytes += part.size;
        if (textBytes > limits.maxTextBytes) throw tooLarge(limits.maxTextBytes);
        fields.push(field);
      }
    }
    parser.finish();
    return fields;
  } catch (error) {
    throw refusalOf(error, limits);
  }
}

function boundaryOf(contentType: string): string {
  const [, quoted, token] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? token;
  if (boundary !== undefined && boundary.length <= 70) return boundary; // RFC 2046, section 5.1.1
  throw refusal("malformed", { detail: "The content type has no boundary" });
}

function fieldOf(part: MultipartPart, { maxBytes }: MultipartLimits): FormField {
  const { name, filename, size } = part;
  if (name === undefined) throw refusal("malformed", { detail: "A part of the form has no name" });
  if (filename === undefined && !part.isFile) return [name, part.text];
  if (size > maxBytes) throw tooLarge(maxBytes);
  const type = part.mediaType ?? "";
  return [name, new File(part.content as Uint8Array<ArrayBuffer>[], filename ?? "", { type })];
}

function tooLarge(limit: number): Error {
  return refusal("too-large", { detail: `The largest file or text has ${limit} bytes`, limit });
}

function refusalOf(error: unknown, { maxBytes, maxTotalBytes }: MultipartLimits): unknown {
  if (error instanceof MaxFileSizeExceededError) return tooLarge(maxBytes);
  if (error instanceof MaxTotalSizeExceededError) return tooLarge(maxTotalBytes);
  if (error instanceof MultipartParseError) {
    return refusal("malformed", {
      detail: "The form is damaged, or has too many or too long parts",
    });
  }
  // The parser decodes names and texts as UTF-8.
  return error instanceof TypeError
    ? plainRefusal(400, { detail: "The form is not UTF-8" })
    : error;
}
