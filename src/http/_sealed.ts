/** What a sealed text is for. One that was sealed for another purpose does not open. */
export type Purpose = "ticket" | "upload";

const VERSION = "1.";
const IV_BYTES = 12;
const MIN_SECRET_BYTES = 32;

/** The derived keys, which cost more than sealing does. */
const keys: Map<string, CryptoKey> = new Map();
const MAX_KEYS = 100;

/** Throws a TypeError unless a secret is long enough. */
export function refuseShortSecret(secret: unknown): asserts secret is string {
  const length = typeof secret === "string" ? new TextEncoder().encode(secret).length : 0;
  if (length >= MIN_SECRET_BYTES) return;
  throw new TypeError(
    `Cannot use a secret of ${length} bytes: it must be a string of at least ${MIN_SECRET_BYTES}, such ` +
      "as the output of `openssl rand -base64 32`",
  );
}

async function keyOf(secret: string, purpose: Purpose): Promise<CryptoKey> {
  const name = `${purpose}\0${secret}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  const key = await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: encoder.encode(`flagstone ${VERSION}${purpose}`),
    },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

/** Seals a value: nobody without the secret can read, change or make one. */
export async function seal(secret: string, purpose: Purpose, value: unknown): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const text = new TextEncoder().encode(JSON.stringify(value));
  const key = await keyOf(secret, purpose);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text));
  return VERSION + base64url(iv) + base64url(sealed); // 12 bytes are 16 characters
}

/** Opens a value that one of the secrets sealed for the purpose; `undefined` if none did. */
export async function open(
  secrets: readonly string[],
  purpose: Purpose,
  sealed: string,
): Promise<unknown> {
  const bytes = sealed.startsWith(VERSION) ? bytesOf(sealed.slice(VERSION.length)) : undefined;
  if (bytes === undefined || bytes.length <= IV_BYTES) return undefined;
  for (const secret of secrets) {
    try {
      const key = await keyOf(secret, purpose);
      const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES) };
      const text = await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_BYTES));
      return JSON.parse(new TextDecoder().decode(text));
    } catch {
      // Another secret may have sealed it.
    }
  }
}

function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
