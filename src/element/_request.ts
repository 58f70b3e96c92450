import type { Problem } from "../feedback/problem.ts";

const JSON_TYPE = "application/json";
/** Browsers refuse larger keepalive requests: those of more than 64 KiB. */
const MAX_KEEPALIVE_BYTES = 60_000;
const TIMEOUT_MS = 30_000;

/** The element that a request is for, which may change it. */
export interface Preparing {
  readonly prepare?: ((init: RequestInit) => unknown) | undefined;
}

/** A request: GET if it has no body. */
export interface Call {
  readonly url: string;
  readonly body?: string | FormData;
  /** The idempotency key. */
  readonly key?: string;
}

/** What came of a request. */
export interface Outcome<T> {
  /** The body of a success. */
  readonly result?: T | undefined;
  /** Whether to send it again: there was no answer, or one that does not settle it. */
  readonly again?: boolean;
  /** How long to wait before, in milliseconds, if the server says so. */
  readonly wait?: number;
  /** What the server objects to. */
  readonly problem?: Problem;
}

/**
 * Sends a request. Never rejects: a failure of `prepare` or of the network is no answer. A small JSON
 * body is sent before the event that caused it is over, and also if the page is left.
 */
export async function request<T>(
  host: Preparing | undefined,
  { url, body, key }: Call,
): Promise<Outcome<T>> {
  const json = typeof body === "string";
  const init = {
    method: body ? "POST" : "GET",
    headers: {
      accept: JSON_TYPE,
      ...json && { "content-type": JSON_TYPE },
      ...key && { "idempotency-key": key },
    },
    body,
    keepalive: json && new Blob([body]).size < MAX_KEEPALIVE_BYTES,
    redirect: "error",
    signal: json ? AbortSignal.timeout(TIMEOUT_MS) : null, // large files take their time
  } as RequestInit;
  try {
    const response = await fetch(url, await host?.prepare?.(init) as RequestInit ?? init);
    const { ok, status, statusText: title, headers } = response;
    const answer = await response.json().catch(() => 0);
    // A success that is not JSON is not the endpoint's: a captive portal answers so.
    if (ok) return { result: answer, again: !answer };
    return {
      again: status > 499 || [408, 425, 429].includes(status),
      wait: +headers.get("retry-after")! * 1000,
      problem: answer.type ? answer : { type: "about:blank", title, status },
    };
  } catch {
    return { again: true };
  }
}
