import type { AppendCall } from "./driver_calls.ts";
import { type Attempt, invalid, refusal } from "./fail.ts";
import { isWhole } from "./range.ts";
import type { Capabilities, ListOptions, WriteOptions } from "../storage_adapter.ts";

/** Throws if options of a write are invalid, or not declared by the adapter. */
export function validateWrite(
  { precondition, contentType, metadata }: WriteOptions,
  capabilities: Capabilities,
  attempt: Attempt,
): void {
  const missing = [
    ["create-if-absent", precondition === "absent" && capabilities.create === "none"],
    ["compare-and-swap", typeof precondition === "object" && capabilities.swap === "none"],
    ["metadata", (contentType ?? metadata) !== undefined && !capabilities.metadata],
  ].find(([, isMissing]) => isMissing);
  if (missing !== undefined) {
    throw refusal(attempt, "Unsupported", `the adapter does not offer ${missing[0]}`);
  }
  if (precondition === undefined || precondition === "absent") return;
  if (typeof precondition?.version === "string" && precondition.version !== "") return;
  throw invalid(attempt, 'its precondition must be "absent" or have a version');
}

/** Throws if options of an append are invalid, or not declared by the adapter. */
export function validateAppend(
  { bytes, at, ifVersion, cut, attempt }: AppendCall,
  capabilities: Capabilities,
): void {
  if (!(bytes instanceof Uint8Array)) throw invalid(attempt, "the bytes must be a Uint8Array");
  if (!isWhole(at)) {
    throw invalid(attempt, `"at" must be a whole number of bytes: current value is ${at}`);
  }
  if (!cut) return;
  if (!capabilities.cut) throw refusal(attempt, "Unsupported", "the adapter does not offer cut");
  if (ifVersion === undefined) throw invalid(attempt, "cut needs ifVersion");
}

/** Throws if a limit is not a whole number. */
export function validateList({ limit }: ListOptions, attempt: Attempt): void {
  if (limit === undefined || isWhole(limit)) return;
  throw invalid(attempt, `its limit must be a whole number: current value is ${limit}`);
}
