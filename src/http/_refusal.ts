import type { FieldError, Problem, ProblemName } from "../feedback/problem.ts";

const KINDS: Readonly<Record<ProblemName, readonly [status: number, title: string]>> = {
  "malformed": [400, "The request is malformed"],
  "unauthenticated": [401, "Log in first"],
  "cross-origin": [403, "Pages of this origin may not send feedback"],
  "ticket-expired": [410, "The page is too old"],
  "too-large": [413, "The request is too large"],
  "media-type": [415, "The body has another media type"],
  "invalid": [422, "The request is not valid"],
  "key-reused": [422, "The key was used for another verdict"],
  "username-in-body": [422, "The body names a username"],
  "rate-limited": [429, "There are too many requests"],
  "busy": [503, "The server is busy"],
  "storage-unavailable": [503, "The verdict could not be saved"],
  "outcome-unknown": [503, "The verdict may have been saved"],
};

const STATUSES: Readonly<Record<number, string>> = {
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  500: "Internal Server Error",
};

/** A request that gets a problem as its answer. */
export class Refusal extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
    this.headers = headers;
  }
}

/** Returns a refusal of a kind, with headers of its own. */
export function refusal(
  name: ProblemName,
  { headers, ...more }: Pick<Problem, "detail" | "errors" | "limit"> & {
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Refusal {
  const [status, title] = KINDS[name];
  return new Refusal({ type: `urn:flagstone:problem:${name}`, title, status, ...more }, headers);
}

/** Returns a refusal that means no more than its status. */
export function plainRefusal(
  status: number,
  { detail, headers }: {
    readonly detail?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Refusal {
  const title = STATUSES[status] ?? "Error";
  const more = detail === undefined ? {} : { detail };
  return new Refusal({ type: "about:blank", title, status, ...more }, headers);
}

/** Returns the refusal of a request with these faults. */
export function invalid(...errors: readonly FieldError[]): Refusal {
  return refusal("invalid", { detail: errors[0]?.detail, errors });
}
