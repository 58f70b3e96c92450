import type { WriteCall } from "./driver_calls.ts";
import { type Attempt, fail, invalid, refusal } from "./fail.ts";
import type { AppendOptions, ObjectInfo, ObjectVersion, Precondition } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

const CHANGED = "the version changed";

function conflict(attempt: Attempt, why: string): StorageError {
  return refusal(attempt, "Conflict", why);
}

/**
 * Throws a `Conflict` if a precondition does not hold. Without an object, `current` is `undefined`.
 */
export function refusePrecondition(
  precondition: Precondition | undefined,
  current: ObjectVersion | undefined,
  attempt: Attempt,
): void {
  if (precondition === undefined) return;
  if (precondition === "absent") {
    if (current !== undefined) throw conflict(attempt, "it exists");
  } else if (current !== precondition.version) {
    const why = current === undefined ? "it does not exist" : CHANGED;
    throw conflict(attempt, why);
  }
}

/** Creates the error of a write or an append whose condition does not hold. */
export function unmet(
  { attempt, precondition }: Pick<WriteCall, "attempt" | "precondition">,
): StorageError {
  const why = precondition === "absent" ? "it exists" : CHANGED;
  return conflict(attempt, why);
}

/** Throws a `Conflict` if an object does not have the size and version that an append expects. */
export function refuseOffset(
  { at, ifVersion, cut }: Pick<AppendOptions, "at" | "ifVersion" | "cut">,
  object: Pick<ObjectInfo, "size" | "version"> | undefined,
  attempt: Attempt,
): void {
  const size = object?.size ?? 0;
  if (cut ? at > size : at !== size) throw conflict(attempt, `its size is ${size}, not ${at}`);
  if (ifVersion !== undefined && ifVersion !== object?.version) {
    throw conflict(attempt, CHANGED);
  }
}

/** Throws a `Conflict` if the current version is not the requested one. */
export function refuseVersion(
  asked: ObjectVersion | undefined,
  current: ObjectVersion,
  attempt: Attempt,
): void {
  if (asked !== undefined && asked !== current) {
    throw fail(attempt, { code: "Conflict", why: CHANGED });
  }
}

/** Creates the error of a call after disposal. */
export function disposedOf(attempt: Attempt): StorageError {
  return invalid(attempt, "the adapter was disposed of");
}
