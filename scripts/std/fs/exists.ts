// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { exists as untyped } from "npm:deno-std@1.3.0/fs/exists.js";

export const exists: (path: string | URL) => Promise<boolean> = untyped;
