/** The 32-bit FNV-1a hash of bytes. Another prime computes another, independent hash. */
export function fnv1a(bytes: Uint8Array, prime: number = 0x01000193): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}
