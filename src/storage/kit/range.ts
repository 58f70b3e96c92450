import { type Attempt, fail } from "./fail.ts";
import type { ByteRange } from "../storage_adapter.ts";

/** Returns whether a value is a whole number of bytes or objects. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Throws if a range is invalid, before any I/O. */
export function validateRange(
  range: ByteRange | undefined,
  attempt: Attempt,
): void {
  if (range === undefined) return;
  const valid = "last" in range ? isWhole(range.last) : isWhole(range.start) &&
    (range.end === undefined ||
      (isWhole(range.end) && range.end >= range.start));
  if (valid) return;
  throw fail(attempt, {
    code: "InvalidArgument",
    why: `its range must have whole, ordered offsets: current value is ${JSON.stringify(range)}`,
  });
}

/** Returns the offsets of a range in an object of this size. */
export function resolveRange(
  range: ByteRange | undefined,
  size: number,
  attempt: Attempt,
): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size };
  if ("last" in range) {
    return { start: Math.max(0, size - range.last), end: size };
  }
  if (range.start > size) {
    throw fail(attempt, {
      code: "RangeNotSatisfiable",
      why: `the range begins at ${range.start} and the object has ${size} bytes`,
    });
  }
  return { start: range.start, end: Math.min(range.end ?? size, size) };
}
