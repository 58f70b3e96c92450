import type { FeedbackData, FeedbackFiles } from "./types.ts";
import type { Attachments } from "./_send.ts";

/** What a verdict is about, without a ticket. */
export interface Sample {
  readonly data: FeedbackData | undefined;
  readonly files: Attachments | undefined;
}

/** An element, as far as it has a sample. */
export interface SampleHost {
  readonly data?: FeedbackData | undefined;
  readonly files?: FeedbackFiles | undefined;
}

/** Returns a file, which may be given as a data URL. `fetch()` would need `connect-src data:`. */
function toBlob(file: FeedbackFiles[string]): Blob | null | undefined {
  if (typeof file !== "string") return file;
  const [head, base64] = file.split(",");
  const bytes = Uint8Array.from(atob(base64!), (char) => char.charCodeAt(0));
  return new Blob([bytes], { type: head!.slice(5, -7) }); // without "data:" and ";base64"
}

/** Reads the sample: the fields `data.…` and `files.…` of the form, and the properties. */
export function sampleOf(host: SampleHost, form: HTMLFormElement): Sample {
  const fields: Record<string, Record<string, unknown>> = {};
  for (const [field, value] of new FormData(form)) {
    const [kind, name] = field.split(/\.(.*)/);
    if (name) (fields[kind!] ??= {})[name] = value;
  }
  const given = { ...fields.files as FeedbackFiles, ...host.files };
  let files: Attachments | undefined;
  for (const name in given) {
    const file = toBlob(given[name]);
    if (file?.size) (files ??= {})[name] = file; // an empty field has an empty file
  }
  return { data: fields.data || host.data ? { ...fields.data, ...host.data } : undefined, files };
}
