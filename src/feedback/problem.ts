/**
 * The kinds of problems that have a type of their own. The others are `about:blank`, which means no
 * more than their status.
 *
 * @category Feedback
 */
export type ProblemName =
  | "malformed"
  | "unauthenticated"
  | "cross-origin"
  | "ticket-expired"
  | "too-large"
  | "media-type"
  | "invalid"
  | "key-reused"
  | "username-in-body"
  | "rate-limited"
  | "busy"
  | "storage-unavailable"
  | "outcome-unknown";

/**
 * The URN of a kind of problem, as `type` has it.
 *
 * @category Feedback
 */
export type ProblemType = `urn:flagstone:problem:${ProblemName}` | "about:blank";

/**
 * One fault of a request.
 *
 * @category Feedback
 */
export interface FieldError {
  /** Where it is: a JSON pointer into the body. Fields of a form are at the same place. */
  readonly pointer: string;
  /** What is wrong, in a sentence. */
  readonly detail: string;
}

/**
 * A refusal or a failure, in the form of [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457).
 *
 * @category Feedback
 */
export interface Problem {
  /** The kind of problem. */
  readonly type: ProblemType;
  /** The kind in words, always the same for a type. */
  readonly title: string;
  /** The status of the response. */
  readonly status: number;
  /** What to do about this occurrence, in a sentence. */
  readonly detail?: string | undefined;
  /** The faults of a request, for `invalid`. */
  readonly errors?: readonly FieldError[] | undefined;
  /** The largest number of bytes, for `too-large`. */
  readonly limit?: number | undefined;
}
