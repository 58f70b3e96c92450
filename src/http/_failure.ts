import { hasCode, isStorageError } from "../storage/storage_error.ts";
import { isUnknown } from "../storage/outcome.ts";
import { RefusedValueError } from "../loggers/sample_uploads.ts";
import { invalid, plainRefusal, Refusal, refusal } from "./_refusal.ts";

const RETRY_S = "5";

/** Returns the refusal for an error: its text names neither paths nor keys, which clients must not see. */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const headers = { "retry-after": RETRY_S };
  if (isUnknown(error)) {
    const detail = "Send the same request with the same key again: it is saved once";
    return refusal("outcome-unknown", { detail, headers });
  }
  if (hasCode(error, "TooLarge")) {
    return refusal("too-large", { detail: "The sample is too large" });
  }
  if (hasCode(error, "InvalidKey") || hasCode(error, "InvalidArgument")) return plainRefusal(500);
  if (isStorageError(error)) {
    return refusal("storage-unavailable", {
      detail: "Nothing was saved: try again later",
      headers,
    });
  }
  if (error instanceof RefusedValueError) {
    return invalid({ pointer: "/data", detail: "The values do not fit the components" });
  }
  return plainRefusal(500);
}
