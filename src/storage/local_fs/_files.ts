import { fail } from "../kit/fail.ts";
import { fsError, systemCode } from "./_errors.ts";
import type { ObjectInfo, ObjectVersion } from "../storage_adapter.ts";
import { RESERVED_PREFIX } from "../validate_key.ts";

/** The start of the names of staged files. */
export const STAGE_PREFIX: string = `${RESERVED_PREFIX}stage-`;

/** A body under a reserved name, which is moved to its place later. */
export interface Stage {
  readonly path: string;
  readonly key: string;
}

/** The directory of a path. */
export function parentOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "");
}

/** Opens a file for a staged body, under a name of fixed length that is not a valid key. */
export function openStage(dir: string, key: string): Stage & { readonly file: Deno.FsFile } {
  const random = crypto.randomUUID().slice(0, 18).replaceAll("-", "");
  const path = `${dir}/${STAGE_PREFIX}${random}`;
  return { path, key, file: Deno.openSync(path, { write: true, createNew: true }) };
}

/** Removes a staged file that was not published, or was published by a second name. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was published by a rename, or a listing removes it later.
  }
}

function versionOf({ ino, birthtime, mtime, size }: Deno.FileInfo): ObjectVersion {
  const parts = [
    ino ?? 0,
    birthtime?.getTime() ?? 0,
    mtime?.getTime() ?? 0,
    size,
  ];
  return parts.map((part) => part.toString(36)).join("-") as ObjectVersion;
}

function toInfo(key: string, file: Deno.FileInfo): ObjectInfo {
  return {
    key,
    size: file.size,
    version: versionOf(file),
    ...(file.mtime === null ? {} : { modified: file.mtime }),
  };
}

/**
 * Returns what the system reports about the file at a path, or `null` if there is nothing or a
 * directory. Calls `onSpecial` for anything else, such as a link.
 */
export function infoOf(
  path: string,
  key: string,
  onSpecial?: () => never,
): ObjectInfo | null {
  let file: Deno.FileInfo;
  try {
    file = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (file.isDirectory) return null;
  if (!file.isFile) onSpecial?.();
  return toInfo(key, file);
}

/** Writes all bytes; a single call may write fewer. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += file.writeSync(bytes.subarray(written));
  }
}

/** Creates a directory and those above it; `durable` syncs each new name to the disk. */
export function createDirectory(dir: string, durable: boolean): void {
  if (!durable) return Deno.mkdirSync(dir, { recursive: true });
  const parent = parentOf(dir);
  try {
    Deno.mkdirSync(dir);
  } catch (error) {
    // The existing name may be a file, or a link to nothing.
    if (error instanceof Deno.errors.AlreadyExists && Deno.statSync(dir).isDirectory) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    createDirectory(parent, durable);
    return createDirectory(dir, durable);
  }
  const handle = Deno.openSync(parent);
  try {
    handle.syncSync();
  } finally {
    handle.close();
  }
}

/** Links a staged file to its place: unlike a rename, this fails if another writer was first. */
function linkNew(stage: Stage, path: string): void {
  try {
    Deno.linkSync(stage.path, path);
  } catch (error) {
    const code = systemCode(error);
    // Some file systems have no hard links; the lock still keeps this adapter's writers apart.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") {
      throw error;
    }
    Deno.renameSync(stage.path, path);
  }
}

/**
 * Moves a staged file to its place. The caller holds the lock of the directory and has looked at
 * the existing file (`old`).
 */
export function publish(
  stage: Stage,
  path: string,
  { old, exclusive }: { old: ObjectInfo | null; exclusive: boolean },
): ObjectInfo {
  // File systems count time in ticks: two states within one would share a version.
  const time = Math.max(Date.now(), (old?.modified?.getTime() ?? 0) + 1);
  Deno.utimeSync(stage.path, new Date(time), new Date(time));
  if (old !== null && Deno.build.os !== "windows") {
    Deno.chmodSync(stage.path, (Deno.lstatSync(path).mode ?? 0o666) & 0o7777);
  }
  // Before publishing: another program may remove the file immediately afterwards.
  const file = Deno.lstatSync(stage.path);
  if (exclusive) linkNew(stage, path);
  else Deno.renameSync(stage.path, path);
  // Windows may give it the birth time of the file that had the name before.
  return toInfo(stage.key, Deno.build.os === "windows" ? Deno.lstatSync(path) : file);
}

/**
 * Adds bytes to a file, all of them or none. The caller holds the lock of the directory and has
 * looked at the existing file (`old`).
 */
export async function appendAll(
  path: string,
  key: string,
  bytes: Uint8Array,
  old: ObjectInfo,
  durable: boolean,
): Promise<ObjectInfo> {
  // Append mode cannot overwrite bytes of a program that ignores the lock.
  const file = Deno.openSync(path, { append: true });
  try {
    refuseOther(file, old);
    try {
      writeAll(file, bytes);
      if (durable) await file.syncData();
    } catch (error) {
      takeBack(file, path, old, error);
      throw error;
    }
    return keepTimeMoving(file, key, old);
  } finally {
    file.close();
  }
}

/** A program that ignores the lock may have replaced the file since the caller looked at it. */
function refuseOther(file: Deno.FsFile, { key, version }: ObjectInfo): void {
  if (versionOf(file.statSync()) === version) return;
  throw fail({ adapter: "local-fs", operation: "append to", key }, {
    code: "Conflict",
    why: "another program changed it",
    outcome: "not-applied",
  });
}

/** Undoes a failed append. If that fails as well, the outcome is unknown. */
function takeBack(
  file: Deno.FsFile,
  path: string,
  { key, size }: ObjectInfo,
  error: unknown,
): void {
  try {
    file.truncateSync(size);
  } catch {
    const attempt = { adapter: "local-fs", operation: "append to", key };
    throw fsError(error, attempt, path, "unknown");
  }
}

/** Keeps the modification time from going back before one that `publish()` set ahead. */
function keepTimeMoving(
  file: Deno.FsFile,
  key: string,
  old: ObjectInfo,
): ObjectInfo {
  const now = file.statSync();
  if (
    old.modified === undefined || now.mtime === null ||
    now.mtime >= old.modified
  ) {
    return toInfo(key, now);
  }
  try {
    file.utimeSync(old.modified, old.modified);
  } catch {
    return toInfo(key, now); // the file belongs to another user; the bytes are written
  }
  return toInfo(key, file.statSync());
}
