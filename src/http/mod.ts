/**
 * Takes feedback over HTTP: an endpoint for any server or edge runtime, tickets that keep samples
 * authentic, and the HTML of the buttons.
 *
 * ```ts
 * import { MemoryAdapter, value } from "@flagstone/flagging";
 * import { createFeedback } from "@flagstone/flagging/http";
 * import { assertEquals } from "@std/assert";
 *
 * const feedback = createFeedback({
 *   components: { question: value<string>(), answer: value<string>() },
 *   options: ["good", "bad"],
 *   storage: new MemoryAdapter(), // without it, rows go to ./flagged on the local disk
 * });
 * // In a server: Deno.serve(feedback);
 *
 * const body = new URLSearchParams({ "data.question": "2 + 2?", "data.answer": "5", option: "bad" });
 * const request = new Request("https://app.example/feedback", { method: "POST", body });
 * assertEquals((await feedback(request)).status, 201);
 * ```
 *
 * @module
 */
export { bearer } from "./bearer.ts";
export {
  createFeedback,
  /** The handler that `createFeedback()` returns, with its logger. */
  type FeedbackEndpoint,
  /** A function that any server or edge runtime can call. */
  type FeedbackHandler,
} from "./create_feedback.ts";
export type {
  /** A person's own words. */
  CommentOptions,
  /** The limits of files that come with a verdict. */
  FeedbackFilesOptions,
  /** Options of `createFeedback()`. */
  FeedbackOptions,
  /** What the runtime knows of a request. */
  HandlerInfo,
  /** The person who sends a request. */
  Identity,
} from "./options.ts";
export {
  /** Limits how often one caller sends. */
  type Limiter,
  /** The answer of a limiter. */
  type LimiterDecision,
  memoryLimiter,
  /** Options of `memoryLimiter()`. */
  type MemoryLimiterOptions,
} from "./limiter.ts";
export {
  renderFeedback,
  /** Options of `renderFeedback()`. */
  type RenderFeedbackOptions,
} from "./render_feedback.ts";
export {
  sealTicket,
  /** A sample that a page may give a verdict on. */
  type TicketSample,
} from "./ticket.ts";
export {
  /** A column that only feedback has. */
  type FeedbackColumn,
  /** Options of `FeedbackLogger.flag()`. */
  type FeedbackFlagOptions,
  FeedbackLogger,
  /** Options of `FeedbackLogger`. */
  type FeedbackLoggerOptions,
  /** Which samples are saved. */
  type FlaggingMode,
  /** A prediction that was made. */
  type Prediction,
  /** Options of `FeedbackLogger.logPrediction()`. */
  type PredictionOptions,
  /** What a `redact` function is given and returns. */
  type Redactable,
} from "../loggers/feedback_logger.ts";
export {
  /** A file to be stored before the sample that names it. */
  type NewUpload,
  UploadedFile,
  /** The place of files that are stored before their samples. */
  type UploadStore,
} from "../loggers/sample_uploads.ts";
export type {
  /** The components by their keys. */
  Fields,
  /** A sample with a value for each component. */
  KeyedSample,
} from "../loggers/keyed_fields.ts";
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
  /** The file that a page wants to upload before the verdict. */
  UploadRequest,
  /** Where to upload a file. */
  UploadTarget,
} from "../feedback/feedback_request.ts";
export type {
  /** One fault of a request. */
  FieldError,
  /** A refusal or a failure. */
  Problem,
  /** The kinds of problems that have a type. */
  ProblemName,
  /** The URN of a kind of problem. */
  ProblemType,
} from "../feedback/problem.ts";
export type {
  /** An option of a flag button. */
  FlagOption,
} from "../buttons/flag_method.ts";
export type {
  /** An upload that may be made until it expires. */
  SignedUpload,
  /** Signs uploads that go to a store directly. */
  UploadSigner,
  /** An upload to be signed. */
  UploadToSign,
} from "../storage/kit/upload_signer.ts";
