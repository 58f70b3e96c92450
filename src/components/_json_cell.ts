import type { Cell } from "./component.ts";
import { isFileData, isLink } from "./file_data.ts";
import { kindOf } from "./file_source.ts";

/** Options of {@linkcode jsonCell}. */
export interface JsonCellOptions {
  /** The column, for errors. */
  readonly column: string;
  /** Whether a file's description is written as its path. */
  readonly simplifyFileData: boolean;
  /** Called for each object in the value; what it returns is written instead. */
  readonly replace?: ((value: object) => unknown) | undefined;
}

/** Returns the value to write as JSON; `plain` is the value that JSON itself would write. */
type Replacement = (value: unknown, plain: unknown) => unknown;

/**
 * Visits a value and all values in it, in order, at any depth. Does not descend into values for
 * which `visit` returns false.
 */
export function walkValue(value: unknown, visit: (part: unknown) => boolean): void {
  const seen = new Set<object>(); // JSON.stringify() refuses circles
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const part = waiting.pop();
    const isObject = typeof part === "object" && part !== null;
    if (isObject && seen.has(part)) continue;
    if (!visit(part) || !isObject || ArrayBuffer.isView(part)) continue;
    seen.add(part);
    const inner = Object.values(part);
    for (let i = inner.length - 1; i >= 0; i--) waiting.push(inner[i]);
  }
}

/** Whether an object has its own `toJSON()`; the values in it are then not visited. */
export function hasToJson(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** Refuses a value that JSON would silently drop or empty. */
function refuse(kind: string, column: string): never {
  throw new TypeError(
    `Cannot log a value of ${JSON.stringify(column)} as JSON has no ${kind}: ` +
      "make it an array, a plain object or a Uint8Array first",
  );
}

/** Calls a function; an error that it throws gets the column's name. */
export function inColumn<T>({ column }: { readonly column: string }, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith("Cannot log a value of")) throw error;
    const why = /call stack/.test(message) ? "it is nested too deep" : message;
    const Kind = error instanceof RangeError ? RangeError : TypeError;
    throw new Kind(`Cannot log a value of ${JSON.stringify(column)} as ${why}`, { cause: error });
  }
}

function isNumberArray(value: object): value is Float64Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Whether JSON would write an instance of a class without what it is for, such as `{}`. */
function isEmptied(value: object): boolean {
  if (Array.isArray(value)) return false;
  const kind = kindOf(value);
  if (/^(Error|Map|Set)$/.test(kind)) return true; // even if it has other properties
  if (Object.keys(value).length > 0 || /^(Number|String|Boolean)$/.test(kind)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** Whether a value is a number that JSON cannot write. */
function isUnwritable(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return (typeof value === "number" || value instanceof Number) && !Number.isFinite(Number(value));
}

function replacementOf({ column, simplifyFileData, replace }: JsonCellOptions): Replacement {
  return (value, plain) => {
    if (isUnwritable(value)) return String(value);
    if (typeof value === "function" || typeof value === "symbol") refuse(typeof value, column);
    if (typeof value !== "object" || value === null) return plain;
    const replaced = replace?.(value) ?? plain;
    if (replaced === plain && hasToJson(value)) return plain;
    if (simplifyFileData && isLink(replaced)) return replaced.url;
    if (simplifyFileData && isFileData(replaced)) return replaced.path;
    if (replaced !== plain) return replaced;
    if (isNumberArray(value)) return Array.from(value);
    return isEmptied(value) ? refuse(value.constructor?.name || typeof value, column) : plain;
  };
}

function holdsReplaced(value: unknown, replacement: Replacement): boolean {
  let found = false;
  walkValue(value, (part) => {
    found ||= hasToJson(part) || replacement(part, part) !== part;
    return !found;
  });
  return found;
}

/**
 * Returns the JSON of a value, in which files may be replaced; refuses values that JSON cannot
 * represent. Plain values may be nested to any depth, values with replacements as deep as the
 * engine's stack allows.
 */
export function toJson(value: unknown, options: JsonCellOptions): string | undefined {
  const replacement = replacementOf(options);
  if (!holdsReplaced(value, replacement)) return JSON.stringify(value);
  return JSON.stringify(value, function (this: unknown, key: string, plain: unknown): unknown {
    // The original value, because some classes of bytes have a toJSON().
    return replacement((this as Record<string, unknown>)[key], plain);
  });
}

/** Returns the cell of a value's JSON: that of a path or a date is its text. */
export function cellOfJson(json: string | undefined): Cell {
  if (json === undefined || json === "null") return null;
  return json.startsWith('"') ? JSON.parse(json) as string : { verbatim: json, json: true };
}

/**
 * Returns the cell of any value: text unchanged, `null` and `undefined` as an empty cell, everything
 * else as JSON. NaN and the infinities are written as such alone, and as strings in JSON.
 *
 * @throws {TypeError} If the value is or holds a function, a symbol, an object that JSON would
 * empty, such as a Map, or a circle
 */
export function jsonCell(value: unknown, options: JsonCellOptions): Cell {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return { verbatim: String(value) };
    default:
      return inColumn(options, () => cellOfJson(toJson(value, options)));
  }
}
