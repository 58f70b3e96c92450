// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { isAbsolute as untyped } from "npm:deno-std@1.3.0/path/is_absolute.js";

export const isAbsolute: (path: string) => boolean = untyped;
