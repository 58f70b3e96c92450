// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { fromFileUrl as untyped } from "npm:deno-std@1.3.0/path/posix/from_file_url.js";

export const fromFileUrl: (url: string | URL) => string = untyped;
