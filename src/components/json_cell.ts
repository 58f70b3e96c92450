import type { Cell } from "./component.ts";
import { isFileData } from "./file_data.ts";

/** What JSON has no word for would be dropped or emptied without a word: it is refused. */
function refuse(value: unknown, column: string): never {
  const kind = value instanceof Map
    ? "a Map"
    : value instanceof Set
    ? "a Set"
    : `a ${typeof value}`;
  throw new TypeError(
    `Cannot log a value of ${
      JSON.stringify(column)
    } as JSON has no ${kind}: make it an array or a plain object first`,
  );
}

/** Options of {@linkcode jsonCell}. */
export interface JsonCellOptions {
  /** The column, for errors. */
  readonly column: string;
  /** Whether a file's description is written as its path. */
  readonly simplifyFileData: boolean;
  /** Called for each object in the value; what it returns is written instead. */
  readonly replace?: ((value: object) => unknown) | undefined;
}

/**
 * The JSON of a value, in which what JSON cannot tell is refused and each object may be replaced.
 */
export function toJson(value: unknown, options: JsonCellOptions): string {
  const { column, simplifyFileData, replace } = options;
  return JSON.stringify(value, function (this: unknown, key: string, plain: unknown): unknown {
    // Before toJSON(), which some classes of bytes have.
    const original = (this as Record<string, unknown>)[key];
    if (typeof original === "bigint") return String(original);
    if (typeof original === "function" || typeof original === "symbol") refuse(original, column);
    if (typeof original !== "object" || original === null) return plain;
    if (original instanceof Map || original instanceof Set) refuse(original, column);
    const replaced = replace?.(original) ?? plain;
    return simplifyFileData && isFileData(replaced) ? replaced.path : replaced;
  });
}

/**
 * The cell of any value: text as it is, nothing as an empty cell, everything else as JSON. Numbers
 * that JSON has no word for are text.
 *
 * @throws {TypeError} For functions, symbols, Maps, Sets and circular values
 */
export function jsonCell(value: unknown, options: JsonCellOptions): Cell {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? { verbatim: JSON.stringify(value) } : String(value);
    case "bigint":
    case "boolean":
      return { verbatim: String(value) };
    default: {
      const json: string | undefined = toJson(value, options);
      if (json === undefined) return null;
      // A path, a date: what is text in the end is written as text.
      return json.startsWith('"') ? JSON.parse(json) as string : { verbatim: json };
    }
  }
}
