/**
 * `<flagstone-feedback>`: buttons with which the people who use an app flag what they see. Importing
 * this module defines the element; it may also be imported where there is no document, such as on a
 * server. The endpoint also serves it, as one script.
 *
 * ```ts
 * import { FlagstoneFeedback } from "@flagstone/flagging/element";
 * import { assert } from "@std/assert";
 *
 * // In a browser, `<flagstone-feedback action="/feedback" options="good,bad">` is such an element.
 * assert(FlagstoneFeedback.observedAttributes.includes("value"));
 * ```
 *
 * Attributes:
 *
 * - `action`: the URL of the endpoint. By default that of the form in the element.
 * - `ticket`: the sealed sample. An endpoint that accepts data gets the property `data` instead.
 * - `subject`: what the verdict is about, such as the id of a message.
 * - `options`: the verdicts, as `good,bad` or as JSON of `{ value, label }`. By default those that the
 *   endpoint describes.
 * - `comment`: the options that take a comment, as `bad,worse`.
 * - `reasons`: JSON of the reasons by option: `{"bad": [{"value": "wrong", "label": "Wrong"}]}`.
 * - `value`, `key`: the verdict that stands when the page is rendered, and its key, which lets a person
 *   change or withdraw it.
 * - `remember`: keeps the verdicts on subjects in this browser, and shows them on later visits.
 * - `disabled`: ignores presses.
 * - `icons`: shows thumbs for `Like`, `Dislike`, `up` and `down`. They are there without it if the
 *   options are `Like` and `Dislike`.
 * - `label-…`: a text, such as `label-good`, `label-send` or `label-saved`.
 *
 * A form in the element is enhanced in place, so that it also works without script. Its fields
 * `reason` and `comment` must be in labels. Otherwise the element builds the form in a shadow tree,
 * whose parts are `group`, `button`, `button-<option>`, `reasons`, `comment`, `send` and `status`, and
 * whose custom properties are `--flagstone-size`, `-gap`, `-radius`, `-border`, `-background`,
 * `-accent`, `-on-accent` and `-focus`. The attribute `data-state` is `idle`, `saving`, `saved`,
 * `queued` or `error`.
 *
 * @module
 */
export type {
  /** One option as a page shows it. */
  DescribedOption,
  /** What an endpoint accepts. */
  FeedbackDescription,
} from "../feedback/description.ts";
export type {
  /** A verdict as a page sends it. */
  FeedbackRequest,
  /** The answer to a saved verdict. */
  FeedbackResult,
} from "../feedback/feedback_request.ts";
export type {
  /** One fault of a request. */
  FieldError,
  /** A refusal or a failure. */
  Problem,
  /** The kinds of problems that have a type of their own. */
  ProblemName,
  /** The URN of a kind of problem. */
  ProblemType,
} from "../feedback/problem.ts";
export type {
  /** What an event of the element says. */
  FeedbackDetail,
  /** The events of the element, by their names. */
  FeedbackEventMap,
} from "./events.ts";
export { FeedbackElementBase, FlagstoneFeedback } from "./flagstone_feedback.ts";
export type {
  /** The sample of an element without a ticket. */
  FeedbackData,
  /** The files of a sample. */
  FeedbackFiles,
  /** Texts of the element. */
  FeedbackLabels,
  /** Called before each request. */
  FeedbackPrepare,
} from "./types.ts";
