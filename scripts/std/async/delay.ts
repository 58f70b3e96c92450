// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { delay as untyped } from "npm:deno-std@1.3.0/async/delay.js";

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}

export const delay: (ms: number, options?: DelayOptions) => Promise<void> = untyped;
