/** The SHA-256 of bytes. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The value of `x-amz-checksum-sha256` for bytes. */
export async function checksumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return btoa(String.fromCharCode(...await sha256(bytes)));
}

/** The name of the header. */
export const CHECKSUM = "x-amz-checksum-sha256";
