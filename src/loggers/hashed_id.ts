const LENGTH = 22; // characters of six bits each: 132 bits

/**
 * Returns an id that reveals nothing of the texts that it is made of: the first 22 characters of their
 * SHA-256 in base64url. The texts must not contain NUL, which separates them.
 */
export async function hashedId(...texts: readonly string[]): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replaceAll("+", "-").replaceAll("/", "_").slice(0, LENGTH);
}
