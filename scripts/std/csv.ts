// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
// The functions of @std/csv that are used here, typed, from npm.
import { parse as parseUntyped } from "npm:deno-std@1.3.0/csv/parse.js";
import { stringify as stringifyUntyped } from "npm:deno-std@1.3.0/csv/stringify.js";

/** Options of {@linkcode parse}. */
export interface ParseOptions {
  separator?: string;
  lazyQuotes?: boolean;
}

export const parse: (input: string, options?: ParseOptions) => string[][] = parseUntyped;
export const stringify: (data: readonly (readonly unknown[])[]) => string = stringifyUntyped;
