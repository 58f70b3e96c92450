import type { WriteCall } from "./driver_calls.ts";
import { type Attempt, fail } from "./fail.ts";
import type { AppendOptions, ObjectInfo, ObjectVersion, Precondition } from "../storage_adapter.ts";
import type { Outcome, StorageError } from "../storage_error.ts";

function conflict(attempt: Attempt, why: string, outcome?: Outcome): StorageError {
  return fail(attempt, { code: "Conflict", why, outcome });
}

/** Refuses a write whose precondition an object (its version; `undefined`: none) does not meet. */
export function refusePrecondition(
  precondition: Precondition | undefined,
  current: ObjectVersion | undefined,
  attempt: Attempt,
): void {
  if (precondition === undefined) return;
  if (precondition === "absent") {
    if (current !== undefined) throw conflict(attempt, "it exists", "not-applied");
  } else if (current !== precondition.version) {
    const why = current === undefined ? "it does not exist" : "the version changed";
    throw conflict(attempt, why, "not-applied");
  }
}

/** The error of a write or an append whose condition does not hold. */
export function unmet(
  { attempt, precondition }: Pick<WriteCall, "attempt" | "precondition">,
): StorageError {
  const why = precondition === "absent" ? "it exists" : "the version changed";
  return conflict(attempt, why, "not-applied");
}

/** Refuses an append to an object (`undefined`: none) of another size or version. */
export function refuseOffset(
  { at, ifVersion }: Pick<AppendOptions, "at" | "ifVersion">,
  object: Pick<ObjectInfo, "size" | "version"> | undefined,
  attempt: Attempt,
): void {
  const size = object?.size ?? 0;
  if (at !== size) throw conflict(attempt, `its size is ${size} and not ${at}`, "not-applied");
  if (ifVersion !== undefined && ifVersion !== object?.version) {
    throw conflict(attempt, "the version changed", "not-applied");
  }
}

/** Refuses to read another version than the one asked for. */
export function refuseVersion(
  asked: ObjectVersion | undefined,
  current: ObjectVersion,
  attempt: Attempt,
): void {
  if (asked !== undefined && asked !== current) throw conflict(attempt, "the version changed");
}

/** The rejection of what is called after disposal. */
export function disposedOf(attempt: Attempt): StorageError {
  return fail(attempt, {
    code: "InvalidArgument",
    why: "the adapter was disposed of",
    outcome: "not-applied",
  });
}
