// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
// The functions of @std/ulid that are used here, typed, from npm.
import { ulid as ulidUntyped } from "npm:deno-std@1.3.0/ulid/ulid.js";

export const ulid: (seedTime?: number) => string = ulidUntyped;
