// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { parseArgs as untyped } from "npm:deno-std@1.3.0/cli/parse_args.js";

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  alias?: Readonly<Record<string, string | readonly string[]>>;
  "--"?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

// deno-lint-ignore no-explicit-any -- as in the declaration of @std/cli
type Args = { _: any[]; [key: string]: any };

export const parseArgs: (args: string[], options?: ParseOptions) => Args = untyped;
