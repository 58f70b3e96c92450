// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
// The functions of @std/path that are used here, typed, from npm.
import { basename as basenameUntyped } from "npm:deno-std@1.3.0/path/basename.js";
import { dirname as dirnameUntyped } from "npm:deno-std@1.3.0/path/dirname.js";
import { fromFileUrl as fromFileUrlUntyped } from "npm:deno-std@1.3.0/path/from_file_url.js";
import { isAbsolute as isAbsoluteUntyped } from "npm:deno-std@1.3.0/path/is_absolute.js";
import { join as joinUntyped } from "npm:deno-std@1.3.0/path/join.js";

export const basename: (path: string) => string = basenameUntyped;
export const dirname: (path: string) => string = dirnameUntyped;
export const fromFileUrl: (url: string | URL) => string = fromFileUrlUntyped;
export const isAbsolute: (path: string) => boolean = isAbsoluteUntyped;
export const join: (...paths: string[]) => string = joinUntyped;
