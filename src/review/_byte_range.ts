/** A part of a file, in bytes: `end` is not in it. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a file that a request asks for: `null` for all of it, as also for several parts and units
 * that are not bytes; `"unsatisfiable"` if the file has no such part.
 */
export function partOf(header: string | null, size: number): Part | "unsatisfiable" | null {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const length = Number(to);
    return length === 0 || size === 0
      ? "unsatisfiable"
      : { start: Math.max(0, size - length), end: size };
  }
  const start = Number(from);
  const end = to === "" ? size : Math.min(Number(to) + 1, size);
  if (to !== "" && Number(to) < start) return null; // not a range, which is ignored
  return start >= size ? "unsatisfiable" : { start, end };
}
