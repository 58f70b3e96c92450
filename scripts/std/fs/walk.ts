// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { walk as untyped } from "npm:deno-std@1.3.0/fs/walk.js";

/** An entry that {@linkcode walk} finds. */
export interface WalkEntry extends Deno.DirEntry {
  path: string;
}

export const walk: (
  root: string | URL,
  options?: {
    includeDirs?: boolean;
    includeFiles?: boolean;
    includeSymlinks?: boolean;
    followSymlinks?: boolean;
    skip?: RegExp[];
  },
) => AsyncIterableIterator<WalkEntry> = untyped;
