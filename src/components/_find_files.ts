import type { FileSource } from "./component.ts";
import { hasToJson, walkValue } from "./_json_cell.ts";

/** Whether a value holds bytes, which JSON cannot represent. */
export function isFileSource(value: unknown): value is FileSource {
  return value instanceof Blob || value instanceof Uint8Array || value instanceof ReadableStream;
}

/** Returns the files in a value, at any depth. Does not look inside files. */
export function filesIn<T extends object>(
  value: unknown,
  isFile: (object: object) => object is T,
): Set<T> {
  const found = new Set<T>();
  walkValue(value, (part) => {
    const isOne = typeof part === "object" && part !== null && isFile(part);
    if (isOne) found.add(part);
    return !isOne && !hasToJson(part);
  });
  return found;
}
