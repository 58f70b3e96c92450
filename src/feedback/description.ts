/**
 * One option as a page shows it.
 *
 * @category Feedback
 */
export interface DescribedOption {
  /** The text that is saved. */
  readonly value: string;
  /** The text of the button. */
  readonly label: string;
}

/**
 * What an endpoint accepts: the body of `GET {base}`.
 *
 * @category Feedback
 */
export interface FeedbackDescription {
  /** The verdicts, in the order of their buttons. */
  readonly options: readonly DescribedOption[];
  /** The reasons that can be given with an option, by the option's value. */
  readonly reasons: Readonly<Record<string, readonly DescribedOption[]>>;
  /** The options that a comment can be given with, and its longest length in UTF-16 code units; `null` for none. */
  readonly comment: { readonly for: readonly string[]; readonly maxLength: number } | null;
  /** Whether a verdict can be withdrawn or changed. */
  readonly undo: boolean;
  /** The largest file that is accepted with a verdict, and the largest one to upload first, in bytes; `null` for none. */
  readonly files: { readonly maxBytes: number; readonly maxUploadBytes: number | null } | null;
}
