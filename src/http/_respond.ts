import { page } from "./_html.ts";
import type { Refusal } from "./_refusal.ts";

const COMMON: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Whether a browser shows the answer: it submitted a form without script. */
export function wantsHtml({ headers }: Request): boolean {
  const isForm = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i
    .test(headers.get("content-type") ?? "");
  return isForm && /\btext\/html\b/i.test(headers.get("accept") ?? "");
}

/** Returns a response with a JSON body. */
export function json(
  body: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...COMMON, "content-type": "application/json", ...headers },
  });
}

/** Returns a page that a browser shows, which loads nothing. */
export function html(
  title: string,
  text: string,
  { status, headers }: { readonly status: number; readonly headers?: HeadersInit },
): Response {
  const all = new Headers({
    ...COMMON,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
  new Headers(headers).forEach((value, name) => all.set(name, value));
  return new Response(page(title, text), { status, headers: all });
}

/** Returns the response to a refused request, in the form that it asks for. */
export function problemResponse(request: Request, { problem, headers }: Refusal): Response {
  const { status, title, detail = "Go back and try again" } = problem;
  if (wantsHtml(request)) return html(title, `${detail}.`, { status, headers });
  return json(problem, status, { "content-type": "application/problem+json", ...headers });
}
