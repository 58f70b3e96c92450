async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/**
 * Returns a function that checks the header `authorization: Bearer <token>`, in constant time, so that
 * the time of an answer does not reveal the token.
 *
 * @throws {TypeError} If the token is empty, as a variable is that was not set
 *
 * @category HTTP
 *
 * @example Usage
 * ```ts
 * import { bearer } from "@flagstone/flagging/http";
 * import { assert } from "@std/assert";
 *
 * const isAllowed = bearer("a-long-random-token");
 * const headers = { authorization: "Bearer a-long-random-token" };
 * assert(await isAllowed(new Request("https://app.example", { headers })));
 * assert(!await isAllowed(new Request("https://app.example")));
 * ```
 */
export function bearer(token: string): (request: Request) => Promise<boolean> {
  if (typeof token !== "string" || token === "") {
    throw new TypeError("Cannot check an empty token: set the variable that has it");
  }
  return async ({ headers }) => {
    const [, given = ""] = /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "") ?? [];
    const [a, b] = await Promise.all([digest(given), digest(token)]);
    return a.reduce((difference, byte, i) => difference | (byte ^ b[i]!), 0) === 0;
  };
}
