import type { FeedbackDescription } from "../feedback/description.ts";
import type { Settings } from "./_settings.ts";
import { takesUploads } from "./_handle.ts";

/** Returns what an endpoint accepts. */
export function descriptionOf(settings: Settings): FeedbackDescription {
  const { options, reasons, comment, undo, files } = settings;
  return {
    options,
    reasons,
    comment,
    undo,
    files: files && {
      maxBytes: files.maxBytes,
      maxUploadBytes: takesUploads(settings) ? files.maxUploadBytes : null,
    },
  };
}
