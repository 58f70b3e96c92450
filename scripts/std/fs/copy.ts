// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { copy as untyped } from "npm:deno-std@1.3.0/fs/copy.js";

export const copy: (from: string | URL, to: string | URL) => Promise<void> = untyped;
