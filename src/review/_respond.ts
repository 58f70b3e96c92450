import type { Refusal } from "./_refusal.ts";

/** What every answer has: no other origin shows, reads or guesses at it, and nothing keeps it. */
const COMMON: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** What the page may load: its own script, style, data and files. */
const PAGE_POLICY = `${NOTHING}; script-src 'self'; style-src 'self'; img-src 'self'; ` +
  "media-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Returns a response with the headers that every one has. */
export function respond(
  body: BodyInit | null,
  { status = 200, headers = {} }: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response {
  return new Response(body, {
    status,
    headers: { ...COMMON, "content-security-policy": NOTHING, ...headers },
  });
}

/** Returns a response with a JSON body. */
export function json(body: unknown, status = 200): Response {
  return respond(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** Returns the response with the page. */
export function pageResponse(html: string): Response {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": PAGE_POLICY,
    "cross-origin-opener-policy": "same-origin",
  };
  return respond(html, { headers });
}

/** Returns the response to a refused request: a text for a browser that shows it, or JSON. */
export function refused(request: Request, { status, message, headers }: Refusal): Response {
  if (request.method !== "GET" || !/\btext\/html\b/.test(request.headers.get("accept") ?? "")) {
    const response = json({ error: message }, status);
    for (const [name, text] of Object.entries(headers)) response.headers.set(name, text);
    return response;
  }
  const text = `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Review</title>\n` +
    `<p>${escapeHtml(message)}</p></html>\n`;
  return respond(text, {
    status,
    headers: { ...headers, "content-type": "text/html; charset=utf-8" },
  });
}

/** Returns text for HTML, in or out of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
