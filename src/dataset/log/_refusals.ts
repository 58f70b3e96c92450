import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode, isTransient, StorageError } from "../../storage/storage_error.ts";

/** The error of a writer that lost every race for an object. */
export function crowdedOut({ name: adapter }: StorageAdapter, key: string): StorageError {
  return new StorageError(
    `Cannot append to "${key}": other writers were always first; flag again later`,
    { code: "Unavailable", adapter, key, outcome: "not-applied" },
  );
}

/** Whether an error says that a right is missing. */
export function isRefused(error: unknown): boolean {
  return hasCode(error, "PermissionDenied");
}

/** Whether a request may succeed if it is repeated, because nothing is wrong with it. */
export function mayPass(error: unknown): boolean {
  return isTransient(error) || hasCode(error, "Conflict");
}
