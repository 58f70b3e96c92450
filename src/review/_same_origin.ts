import { Refusal } from "./_refusal.ts";

/**
 * Refuses a request that a page of another origin may have made its visitor's browser send. Browsers
 * send `Sec-Fetch-Site` since 2023, and no page can forge it.
 */
export function refuseCrossOrigin({ headers, url, method }: Request): void {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin" || site === "none") return;
  const origin = headers.get("origin");
  if (site === null && (origin === null ? !isRisky(method, headers) : origin === originOf(url))) {
    return;
  }
  throw new Refusal(403, "Cannot answer a page of another origin: open the review page itself");
}

/** Whether a request without an origin could come from an old browser that changes something. */
function isRisky(method: string, headers: Headers): boolean {
  return method !== "GET" && headers.has("cookie");
}

function originOf(url: string): string {
  return new URL(url).origin;
}
