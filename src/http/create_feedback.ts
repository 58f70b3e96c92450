import type { FeedbackLogger } from "../loggers/feedback_logger.ts";
import type { Fields } from "../loggers/keyed_fields.ts";
import { Endpoint } from "./_endpoint.ts";
import type { FeedbackOptions, HandlerInfo } from "./options.ts";
import { settingsOf } from "./_settings.ts";

/**
 * A function that any server or edge runtime can call. It always resolves with a response.
 *
 * @category HTTP
 */
export type FeedbackHandler = (request: Request, info?: HandlerInfo) => Promise<Response>;

/**
 * The handler that {@linkcode createFeedback} returns, with its logger.
 *
 * @typeParam F The components by their keys
 *
 * @category HTTP
 */
export interface FeedbackEndpoint<F extends Fields = Fields> extends FeedbackHandler {
  /** Where verdicts are saved. */
  readonly logger: FeedbackLogger<F>;
}

/**
 * Creates an endpoint for the verdicts of people on samples. It answers `POST {base}`, `GET {base}`,
 * `{base}/uploads`, `{base}/dataset.csv` and `{base}/element.js`, and nothing else.
 *
 * If it answers 200 or 201, the row is saved exactly once for each `Idempotency-Key`. Every other answer
 * is a problem (RFC 9457): nothing is saved, except with the type `outcome-unknown`, after which the same
 * request with the same key is safe to send again.
 *
 * @param options The verdicts, the sample's components or their logger, and who may send
 * @returns The endpoint. Nothing is read or written before its first request
 * @throws {TypeError} If the options cannot be right
 *
 * @category HTTP
 *
 * @example Usage
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
 * const response = await feedback(
 *   new Request("https://app.example/feedback", {
 *     method: "POST",
 *     headers: { "content-type": "application/json", "idempotency-key": "click-1" },
 *     body: JSON.stringify({ data: { question: "2 + 2?", answer: "5" }, option: "bad" }),
 *   }),
 * );
 * assertEquals(response.status, 201);
 * assertEquals((await response.json()).state, "flagged");
 * ```
 */
export function createFeedback<F extends Fields>(options: FeedbackOptions<F>): FeedbackEndpoint<F> {
  const settings = settingsOf(options);
  const endpoint = new Endpoint(settings);
  const logger = settings.logger as unknown as FeedbackLogger<F>;
  const handle = (request: Request, info?: HandlerInfo) => endpoint.handle(request, info);
  return Object.assign(handle, { logger });
}
