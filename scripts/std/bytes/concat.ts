// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { concat as untyped } from "npm:deno-std@1.3.0/bytes/concat.js";

export const concat: (buffers: readonly Uint8Array[]) => Uint8Array<ArrayBuffer> = untyped;
