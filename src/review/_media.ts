/** How many bytes tell the type of a file. */
export const MAGIC_BYTES = 64;

/** The media type of a file that browsers show without running anything in it, by its first bytes. */
export function mediaTypeOf(bytes: Uint8Array): string | null {
  const text = String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (text.startsWith("RIFF")) return ofRiff(text.slice(8, 12));
  if (text.slice(4, 8) === "ftyp") return ofBrand(text.slice(8, 12));
  if (text.startsWith("OggS\0")) return "audio/ogg";
  if (text.startsWith("\x1a\x45\xdf\xa3")) return text.includes("webm") ? "video/webm" : null;
  return isMp3(bytes, text) ? "audio/mpeg" : null;
}

function ofRiff(kind: string): string | null {
  return kind === "WEBP" ? "image/webp" : kind === "WAVE" ? "audio/wav" : null;
}

/** The type of a file of ISO's base media format. */
function ofBrand(brand: string): string | null {
  if (/^avi[fs]$/.test(brand)) return "image/avif";
  return /^(?:iso[m2-9]|mp4[12]|avc1|dash|M4[AV] |MSNV|f4v )$/.test(brand) ? "video/mp4" : null;
}

/** Whether a file begins with a tag, or with a frame of MPEG audio layer 3. */
function isMp3(bytes: Uint8Array, text: string): boolean {
  const [first = 0, second = 0, third = 0, version = 0] = bytes;
  if (text.startsWith("ID3")) return version >= 2 && version <= 4;
  return first === 0xff && (second & 0xe6) === 0xe2 && (third & 0xf0) !== 0xf0 && third >> 4 !== 0;
}
