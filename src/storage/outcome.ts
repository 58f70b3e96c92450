import { isStorageError, type Outcome, StorageError } from "./storage_error.ts";

/** Returns whether an error leaves open if its mutation happened. */
export function isUnknown(error: unknown): error is StorageError {
  return isStorageError(error) && error.outcome === "unknown";
}

/** Returns the error of one step, with its outcome for the whole operation. */
export function withOutcome(error: unknown, outcome: Outcome): unknown {
  if (!isStorageError(error) || error.outcome === outcome) return error;
  const { code, adapter, key, message } = error;
  const cause = "cause" in error ? { cause: error.cause } : {};
  return new StorageError(message, { code, adapter, key, outcome, ...cause });
}
