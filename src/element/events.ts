import type { FeedbackRequest, FeedbackResult } from "../feedback/feedback_request.ts";
import type { Problem } from "../feedback/problem.ts";

/**
 * What an event of the element says.
 *
 * @category Element
 */
export interface FeedbackDetail {
  /** The idempotency key of the verdict. */
  readonly key: string;
  /** The verdict as it is sent. A withdrawal has no `option`. */
  readonly request: FeedbackRequest;
  /** The answer of the endpoint, if it has saved the verdict. */
  readonly result?: FeedbackResult | undefined;
  /** What the endpoint objects to, if it answered that. */
  readonly problem?: Problem | undefined;
}

/**
 * The events of the element, by their names. All bubble, and leave shadow trees.
 *
 * @category Element
 */
export interface FeedbackEventMap {
  /** A verdict is about to be sent. If the event is cancelled, it is not, and nothing changes. */
  "flagstone-submit": CustomEvent<FeedbackDetail>;
  /** The endpoint has saved a verdict, or withdrawn one. */
  "flagstone-saved": CustomEvent<FeedbackDetail>;
  /** There was no answer. The verdict is kept, and sent again. */
  "flagstone-queued": CustomEvent<FeedbackDetail>;
  /** The endpoint refused a verdict, which is dropped. The one that was saved before stands. */
  "flagstone-error": CustomEvent<FeedbackDetail>;
  /** A verdict that was queued, maybe on an earlier page, is saved. */
  "flagstone-sent": CustomEvent<FeedbackDetail>;
}
