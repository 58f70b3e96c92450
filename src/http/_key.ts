import { refusal } from "./_refusal.ts";

/** An sf-string, which the IETF draft on Idempotency-Key asks for, or the bare text that many send. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
const PLAIN = /^[ -~]{1,255}$/;

/** Returns the key that identifies a request: in its header, or in its form; `undefined` if it has none. */
export function keyOf({ headers }: Request, inForm: string | undefined): string | undefined {
  const header = headers.get("idempotency-key");
  if (header === null) return inForm === undefined ? undefined : checked(inForm);
  const [, quoted] = QUOTED.exec(header.trim()) ?? [];
  return checked(quoted?.replace(/\\(.)/g, "$1") ?? header.trim());
}

/** Returns a key, if it is one. */
export function checked(key: string): string {
  if (PLAIN.test(key)) return key;
  throw refusal("malformed", { detail: "A key has 1 to 255 printable ASCII characters" });
}
