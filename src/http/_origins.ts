import { refusal } from "./_refusal.ts";

/** Whose pages may send. */
export interface Origins {
  /** The origin under which browsers know this server; `undefined` for that of the request. */
  readonly own: string | undefined;
  /** Whether pages of another origin may. */
  readonly isListed: (origin: string) => boolean;
}

/**
 * Refuses a request that a page of another origin may have made its visitor's browser send. Browsers
 * send `Sec-Fetch-Site` since 2023, and no page can forge it; forms under `Referrer-Policy: no-referrer` have
 * the `Origin` null, even on this origin.
 */
export function refuseCrossOrigin({ headers, url }: Request, origins: Origins): void {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin" || site === "none") return;
  const origin = headers.get("origin");
  if (site === null && origin === null) {
    if (headers.get("cookie") === null) return; // a server or a program, which no page can be
  } else if (origin !== null && origin !== "null") {
    const own = origins.own ?? new URL(url).origin;
    if (site === null && origin === own || origins.isListed(origin)) return;
  }
  throw refusal("cross-origin", {
    detail: "Send from a page of this origin, or list the page's origin in `origins`",
  });
}

/** Returns the CORS headers of an answer: the exact origin of a page that is listed, and no other. */
export function corsHeaders({ headers }: Request, origins: Origins): Record<string, string> {
  const origin = headers.get("origin");
  if (origin === null || origin === "null" || !origins.isListed(origin)) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers":
      "retry-after, ratelimit, ratelimit-policy, idempotent-replayed",
  };
}

/** The headers of the answer to a preflight that allows. */
export const PREFLIGHT: Readonly<Record<string, string>> = {
  "access-control-allow-methods": "GET, POST, PUT",
  "access-control-allow-headers": "content-type, idempotency-key, authorization",
  "access-control-max-age": "7200",
};
