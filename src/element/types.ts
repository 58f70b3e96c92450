/**
 * The sample of an element without a ticket: a value for each component.
 *
 * @category Element
 */
export type FeedbackData = Readonly<Record<string, unknown>>;

/**
 * The files of a sample, by component: a file, or a data URL such as one of a canvas.
 *
 * @category Element
 */
export type FeedbackFiles = Readonly<Record<string, Blob | string | null | undefined>>;

/**
 * Texts of the element: the labels of options by their values, and those of `legend`, `reason`,
 * `comment`, `send`, `saving`, `saved`, `queued`, `error` and `withdrawn`.
 *
 * @category Element
 */
export type FeedbackLabels = Readonly<Record<string, string>>;

/**
 * Called before each request to the endpoint. Returns the request to send if it is to be another one,
 * such as one with an `authorization` header. If it throws, the request counts as one without an
 * answer, and is tried again.
 *
 * @category Element
 */
export type FeedbackPrepare = (
  init: RequestInit,
) => RequestInit | undefined | void | Promise<RequestInit | undefined | void>;
