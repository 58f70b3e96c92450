// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { stringify as untyped } from "npm:deno-std@1.3.0/csv/stringify.js";

export const stringify: (data: readonly (readonly unknown[])[]) => string = untyped;
