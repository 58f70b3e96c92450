const DEFAULTS: Readonly<Record<string, string>> = {
  legend: "Feedback",
  reason: "Reason",
  comment: "Comment",
  send: "Send",
  saving: "Saving…",
  saved: "Saved.",
  queued: "Not sent yet.",
  error: "Not saved.",
  withdrawn: "Withdrawn.",
};

/** An element whose texts can be set. */
export type Labelled = HTMLElement & { readonly labels: Readonly<Record<string, string>> };

/** Returns a text: the property's, the attribute's, or the one by default. */
export function labelOf(host: Labelled, name: string, fallback = DEFAULTS[name]!): string {
  return host.labels[name] ?? host.getAttribute(`label-${name}`) ?? fallback;
}
