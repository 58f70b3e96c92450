import { isStorageError, type Outcome, StorageError } from "./storage_error.ts";

/** Whether nobody knows if the mutation that failed so happened. */
export function isUnknown(error: unknown): error is StorageError {
  return isStorageError(error) && error.outcome === "unknown";
}

/** The error of a step, as what it means for the whole. */
export function withOutcome(error: unknown, outcome: Outcome): unknown {
  if (!isStorageError(error) || error.outcome === outcome) return error;
  const { code, adapter, key, message } = error;
  const cause = "cause" in error ? { cause: error.cause } : {};
  return new StorageError(message, { code, adapter, key, outcome, ...cause });
}
