import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { StorageError } from "../../storage/storage_error.ts";

/** The error of a writer that lost every race for an object. */
export function crowdedOut({ name: adapter }: StorageAdapter, key: string): StorageError {
  return new StorageError(
    `Cannot append to "${key}": other writers were always first; flag again later`,
    { code: "Unavailable", adapter, key, outcome: "not-applied" },
  );
}
