import type { FileSource } from "./component.ts";
import { isBlob, isBytes } from "./file_source.ts";
import { hasToJson, walkValue } from "./_json_cell.ts";

/** Whether a value holds bytes, which JSON cannot represent. */
export function isFileSource(value: object): value is FileSource {
  return value instanceof ReadableStream || isBlob(value) ||
    (isBytes(value) && ArrayBuffer.isView(value));
}

/** Returns the files in a value, at any depth. Does not look inside files. */
export function filesIn<T extends object>(
  value: unknown,
  isFile: (object: object) => object is T,
): T[] {
  const found = new Set<T>();
  walkValue(value, (part) => {
    const isOne = typeof part === "object" && part !== null && isFile(part);
    if (isOne) found.add(part);
    return !isOne && !hasToJson(part);
  });
  return [...found];
}
