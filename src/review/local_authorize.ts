import { escapeHtml, respond } from "./_respond.ts";

const TOKEN_BYTES = 24;
const HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Options of {@linkcode localAuthorize}.
 *
 * @category Review
 */
export interface LocalAuthorizeOptions {
  /** The name under which verdicts are saved. @default {an empty cell} */
  readonly username?: string | undefined;
}

/**
 * The access of one person to a review page on the own machine.
 *
 * @category Review
 */
export interface LocalAccess {
  /** The secret that opens the page. */
  readonly token: string;
  /** Returns the address to open: the page's own, such as `http://127.0.0.1:8000/`, with the token. */
  url(page: string | URL): string;
  /** Answers whether a request may see the page; for the option `authorize` of `createReview()`. */
  authorize(request: Request): { username: string } | Response;
}

/**
 * Lets one person in: whoever has the address that `url()` returns. It has a random token, which is
 * taken out of the address at once and replaced by an `HttpOnly`, `SameSite=Strict` cookie. Requests
 * whose `Host` is not `localhost` or `127.0.0.1` are refused, so that no site whose name resolves to this
 * machine reaches the page.
 *
 * It is for a server that listens on `127.0.0.1` only. The cookie is valid until the program ends.
 *
 * @category Review
 *
 * @example Usage
 * ```ts
 * import { localAuthorize } from "@flagstone/flagging/review";
 * import { assertEquals } from "@std/assert";
 *
 * const { url, authorize } = localAuthorize({ username: "ada" });
 * const opened = authorize(new Request(url("http://127.0.0.1:8000/")));
 * assertEquals(opened instanceof Response && opened.headers.get("location"), "/");
 * ```
 */
export function localAuthorize({ username = "" }: LocalAuthorizeOptions = {}): LocalAccess {
  const token = randomText();
  const secret = randomText(); // not the token, which a terminal and a history remember
  const cookie = `flagstone-review-${randomText().slice(0, 8)}`; // cookies of all ports are shared
  return {
    token,
    url(page: string | URL): string {
      const url = new URL(page);
      url.searchParams.set("token", token);
      return url.href;
    },
    authorize(request: Request): { username: string } | Response {
      const url = new URL(request.url);
      if (!isLocal(request.headers.get("host") ?? url.host)) return denied("This is not its host.");
      const given = url.searchParams.get("token");
      if (given !== null && request.method === "GET" && isSame(given, token)) {
        return withoutToken(url, `${cookie}=${secret}; Path=/; HttpOnly; SameSite=Strict`);
      }
      return isSame(cookieOf(request, cookie), secret) ? { username } : denied(HOW);
    },
  };
}

const HOW = "Open the address that was printed when the review page was started: it ends with " +
  "?token= and a secret.";

function denied(why: string): Response {
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Review</title><h1>This page is closed to you</h1><p>${escapeHtml(why)}</p></html>
`;
  return respond(html, { status: 403, headers: { "content-type": "text/html; charset=utf-8" } });
}

function withoutToken(url: URL, cookie: string): Response {
  url.searchParams.delete("token");
  // A path that begins with two slashes would name another host.
  const location = url.pathname.replace(/^\/+/, "/") + url.search;
  return respond(null, { status: 303, headers: { location, "set-cookie": cookie } });
}

function isLocal(host: string): boolean {
  return HOSTS.includes(host.toLowerCase().replace(/:\d+$/, ""));
}

function cookieOf(request: Request, name: string): string {
  const all = (request.headers.get("cookie") ?? "").split(";").map((one) => one.trim());
  return all.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

/** Compares in a time that does not tell how much of a secret is right. */
function isSame(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let i = 0; i < secret.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i);
  return difference === 0;
}

function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
