import type { AppendCall } from "./driver_calls.ts";
import { type Attempt, fail } from "./fail.ts";
import type { Capabilities, ListOptions, WriteOptions } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

function invalid(attempt: Attempt, why: string): StorageError {
  return fail(attempt, {
    code: "InvalidArgument",
    why,
    outcome: "not-applied",
  });
}

function unsupported(attempt: Attempt, what: string): StorageError {
  return fail(attempt, {
    code: "Unsupported",
    why: `the adapter does not offer ${what}`,
    outcome: "not-applied",
  });
}

/** Refuses options of a write that are no such, or that the adapter does not declare. */
export function validateWrite(
  options: WriteOptions,
  capabilities: Capabilities,
  attempt: Attempt,
): void {
  const { precondition, contentType, metadata } = options;
  if (precondition === "absent") {
    if (capabilities.create === "none") {
      throw unsupported(attempt, "create-if-absent");
    }
  } else if (precondition !== undefined) {
    if (capabilities.swap === "none") {
      throw unsupported(attempt, "compare-and-swap");
    }
    if (
      typeof precondition?.version !== "string" || precondition.version === ""
    ) {
      throw invalid(
        attempt,
        'its precondition must be "absent" or have a version',
      );
    }
  }
  if (
    !capabilities.metadata &&
    (contentType !== undefined || metadata !== undefined)
  ) {
    throw unsupported(attempt, "metadata");
  }
}

/** Refuses an append of anything but bytes, or at an offset that is not a whole number. */
export function validateAppend({ bytes, at, attempt }: AppendCall): void {
  if (!(bytes instanceof Uint8Array)) throw invalid(attempt, "the bytes must be a Uint8Array");
  if (Number.isSafeInteger(at) && at >= 0) return;
  throw invalid(attempt, `"at" must be a whole number of bytes: current value is ${at}`);
}

/** Refuses a limit that is none. */
export function validateList({ limit }: ListOptions, attempt: Attempt): void {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 0)) {
    return;
  }
  throw invalid(
    attempt,
    `its limit must be a whole number: current value is ${limit}`,
  );
}
