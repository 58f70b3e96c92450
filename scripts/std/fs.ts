// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
// The functions of @std/fs that are used here, typed, from npm.
import { ensureDir as ensureDirUntyped } from "npm:deno-std@1.3.0/fs/ensure_dir.js";
import { exists as existsUntyped } from "npm:deno-std@1.3.0/fs/exists.js";
import { walk as walkUntyped } from "npm:deno-std@1.3.0/fs/walk.js";

/** An entry that {@linkcode walk} finds. */
export interface WalkEntry extends Deno.DirEntry {
  path: string;
}

export const ensureDir: (dir: string | URL) => Promise<void> = ensureDirUntyped;
export const exists: (path: string | URL) => Promise<boolean> = existsUntyped;
export const walk: (
  root: string | URL,
  options?: { includeDirs?: boolean; includeFiles?: boolean },
) => AsyncIterableIterator<WalkEntry> = walkUntyped;
