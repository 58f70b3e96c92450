/** Bytes that follow from their offset alone, so that any part of a file can be checked. */
export function patternAt(offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const at = offset + i;
    bytes[i] = (at * 31) ^ (at >>> 8) ^ (at >>> 16);
  }
  return bytes;
}

/** The offset of the first byte that differs from the pattern, or -1. */
export function differsAt(bytes: Uint8Array, offset: number): number {
  const expected = patternAt(offset, bytes.length);
  const index = bytes.findIndex((byte, i) => byte !== expected[i]);
  return index === -1 ? -1 : offset + index;
}
