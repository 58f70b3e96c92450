import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { StorageError } from "../../storage/storage_error.ts";

/**
 * How rows reach the store: appended to an object, by rewriting it with compare-and-swap, or each
 * group of rows in a separate object that is written once.
 *
 * @category Loggers
 */
export type WriteMode = "append" | "rewrite" | "write-once";

/**
 * Returns the write mode that an adapter's capabilities allow.
 *
 * @param storage The adapter
 * @param isAlone Whether no other writer writes to the object
 */
export function writeModeFor({ name, capabilities }: StorageAdapter, isAlone: boolean): WriteMode {
  if (capabilities.append !== "none") return "append";
  if (capabilities.create !== "none" && capabilities.swap !== "none") return "rewrite";
  if (isAlone) return "write-once";
  throw new StorageError(
    `Cannot log to "${name}": it supports neither append nor compare-and-swap; ` +
      "pass `segments: true`, so that each writer has separate files",
    { code: "Unsupported", adapter: name, outcome: "not-applied" },
  );
}
