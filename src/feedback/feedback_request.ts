/**
 * A verdict as a page sends it: the JSON body of `POST {base}`. The header `Idempotency-Key`, 1 to 255
 * printable ASCII characters, identifies it: sent again with the same key, it is saved once. In a form
 * the key is the field `key`.
 *
 * @category Feedback
 */
export interface FeedbackRequest {
  /** The sealed sample, as the server rendered it into the page. */
  readonly ticket?: string | undefined;
  /** The sample, for an endpoint that accepts data: a value for each component. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** What the verdict is about, such as the id of a message. A ticket has its own. */
  readonly subject?: string | undefined;
  /** The verdict: the value of an option. Without one, the verdict in `replaces` is withdrawn. */
  readonly option?: string | undefined;
  /** The value of one of the option's reasons. */
  readonly reason?: string | undefined;
  /** The person's own words. */
  readonly comment?: string | undefined;
  /** The key of the earlier verdict that this one replaces or withdraws. */
  readonly replaces?: string | undefined;
  /** The handles of files that were uploaded before, by component. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/**
 * The answer to a saved verdict.
 *
 * @category Feedback
 */
export interface FeedbackResult {
  /** The row's id in the dataset. It is a hash, so that the dataset does not reveal keys. */
  readonly id: string;
  /** Whether the verdict stands, or the earlier one was withdrawn. */
  readonly state: "flagged" | "withdrawn";
}

/**
 * The file that a page wants to upload before the verdict: the JSON body of `POST {base}/uploads`.
 *
 * @category Feedback
 */
export interface UploadRequest {
  /** The sealed sample. Required by an endpoint that takes only tickets. */
  readonly ticket?: string | undefined;
  /** The component that the file is a value of. */
  readonly component: string;
  /** The file's name. @default {a name by its type} */
  readonly name?: string | undefined;
  /** The media type. @default {"application/octet-stream"} */
  readonly type?: string | undefined;
  /** The size in bytes, which must be exact. */
  readonly size: number;
}

/**
 * Where to upload a file: the answer of `POST {base}/uploads`.
 *
 * @category Feedback
 */
export interface UploadTarget {
  /** What stands for the file in {@linkcode FeedbackRequest.files}. */
  readonly handle: string;
  /** Where the bytes go, by one PUT. */
  readonly url: string;
  /** The headers that the PUT must have. */
  readonly headers: Readonly<Record<string, string>>;
}
