import type { FeedbackResult, UploadTarget } from "../feedback/feedback_request.ts";
import { describe } from "./_describe.ts";
import type { Entry } from "./_entry.ts";
import { type Outcome, type Preparing, request } from "./_request.ts";

/** Files by their components; a text is the handle of one that was uploaded. */
export type Attachments = Record<string, Blob | string>;

/** What the request for an entry also needs, which is not stored with it. */
export interface SendOptions {
  readonly host: Preparing | undefined;
  readonly files: Attachments | undefined;
}

/**
 * Sends an entry. Never rejects. Files that are too large for a form are uploaded before, and their
 * handles take their place.
 */
export async function send(
  { action: url, key, body }: Entry,
  { host, files }: SendOptions,
): Promise<Outcome<FeedbackResult>> {
  const form = new FormData();
  let json = true;
  try {
    const maxBytes = files && (await describe(host, url))?.files?.maxBytes;
    for (const component in files) {
      const file = files[component] as File;
      const { name, type, size } = file;
      if (size > maxBytes!) {
        const order = JSON.stringify({ ticket: body.ticket, component, name, type, size });
        const { result, ...failed } = await request<UploadTarget>(host, {
          url: `${url}/uploads`,
          body: order,
        });
        if (!result) return failed;
        const { headers, handle } = result;
        const put = await fetch(new URL(result.url, url), { method: "PUT", headers, body: file });
        if (!put.ok) return { again: true }; // with another handle
        files[component] = handle;
      }
      form.append(`files.${component}`, files[component]!);
      json &&= typeof files[component] === "string";
    }
  } catch {
    return { again: true };
  }
  if (json) return await request(host, { url, key, body: JSON.stringify({ ...body, files }) });
  for (const [name, value] of Object.entries(body)) {
    if (value) form.append(name, name === "data" ? JSON.stringify(value) : value);
  }
  return await request(host, { url, key, body: form });
}
