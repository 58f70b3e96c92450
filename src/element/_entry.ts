import type { FeedbackRequest } from "../feedback/feedback_request.ts";
import type { StoredRecord } from "./_store.ts";

/** A verdict, or a withdrawal, whose body has no option. */
export interface Verdict {
  /** The idempotency key; `undefined` if the page does not know it, so that it cannot be replaced. */
  readonly key?: string | undefined;
  /** The field `key` of the form. It identifies the first verdict that is given in the form. */
  readonly form?: string | undefined;
  /** The body of the request. */
  readonly body: FeedbackRequest;
}

/** A verdict on its way: all that another page of the origin needs to send it. */
export interface Entry extends StoredRecord, Verdict {
  readonly key: string;
  /** The absolute URL of the endpoint. */
  readonly action: string;
  /** What the verdicts that are sent in order have in common: the endpoint and the subject. */
  readonly chain: string;
  /** Whether the verdict is kept for later visits when it is saved. */
  readonly remember: boolean;
  /** How often it was sent and got no answer. */
  readonly tries: number;
}

/** Returns a new idempotency key. `randomUUID` is missing on pages without TLS. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
