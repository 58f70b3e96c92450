/** What a request says, before it is compared with what the endpoint accepts. */
export interface Submission {
  /** The key in a form; that of the header is stronger. */
  readonly key?: string | undefined;
  readonly ticket?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly subject?: string | undefined;
  readonly option?: string | undefined;
  readonly reason?: string | undefined;
  readonly comment?: string | undefined;
  readonly replaces?: string | undefined;
  /** The handles of files that were uploaded before, by component. */
  readonly handles: Readonly<Record<string, readonly string[]>>;
  /** The files in the form, by component. */
  readonly files: Readonly<Record<string, readonly File[]>>;
}

/** The members of a request that are texts. */
export const TEXTS = ["ticket", "subject", "option", "reason", "comment", "replaces"] as const;
