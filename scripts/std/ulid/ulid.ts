// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { ulid as untyped } from "npm:deno-std@1.3.0/ulid/ulid.js";

export const ulid: (seedTime?: number) => string = untyped;
