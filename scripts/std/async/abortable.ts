// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { abortable as untyped } from "npm:deno-std@1.3.0/async/abortable.js";

export const abortable: <T>(promise: Promise<T>, signal: AbortSignal) => Promise<T> = untyped;
