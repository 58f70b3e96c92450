import type { AppendCall } from "../kit/driver_calls.ts";
import { type Attempt, fail } from "../kit/fail.ts";
import { fsError, systemCode } from "./_errors.ts";
import { type Stage, writeAll } from "./_stage.ts";
import { stampOpen, stampTime, toInfo } from "./_version.ts";
import type { ObjectInfo } from "../storage_adapter.ts";

/** The directory of a path. */
export function parentOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "");
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

const MOST_OPENINGS = 3;

/** An object's file that is open for reading. */
export interface OpenObject {
  readonly info: ObjectInfo;
  readonly file: Deno.FsFile;
}

/**
 * Opens the object at a path, or returns `null` as `infoOf()` does. The path is looked at again once
 * the file is open: another program may have put a link in its place in between. `refuseDetour` does
 * the same for the directories on the path.
 */
export function openObject(
  path: string,
  key: string,
  refuse: { readonly onSpecial: () => never; readonly refuseDetour: () => void },
): OpenObject | null {
  for (let times = 0; times < MOST_OPENINGS; times++) {
    if (infoOf(path, key, refuse.onSpecial) === null) return null;
    const file = Deno.openSync(path);
    try {
      refuse.refuseDetour();
      const opened = file.statSync();
      const { ino, dev, isFile } = Deno.lstatSync(path);
      if (isFile && ino === opened.ino && dev === opened.dev) {
        return { info: toInfo(key, opened), file };
      }
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
  return refuse.onSpecial();
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
    if (!/^(EPERM|ENOSYS|ENOTSUP|EOPNOTSUPP)$/.test(code ?? "")) throw error;
    Deno.renameSync(stage.path, path);
  }
}

/**
 * Moves a staged file to its place. The caller holds the lock of the directory and has looked at
 * the existing file (`old`).
 */
export async function publish(
  stage: Stage,
  path: string,
  { old, exclusive, attempt }: {
    readonly old: ObjectInfo | null;
    readonly exclusive: boolean;
    readonly attempt: Attempt;
  },
): Promise<ObjectInfo> {
  // Before publishing: another program may remove the file immediately afterwards.
  const file = await stampTime(stage.path, old, attempt);
  if (old !== null && Deno.build.os !== "windows") {
    const mode = Deno.lstatSync(path).mode ?? file.mode;
    // A file system without modes refuses to set even the same one.
    if (mode !== null && mode !== file.mode) Deno.chmodSync(stage.path, mode & 0o7777);
  }
  if (exclusive) linkNew(stage, path);
  else Deno.renameSync(stage.path, path);
  // Windows may give it the birth time of the file that had the name before.
  return toInfo(stage.key, Deno.build.os === "windows" ? Deno.lstatSync(path) : file);
}

/**
 * Adds bytes to a file at the offset of a call, all of them or none, and cuts off what is after it. The
 * file itself is changed: a program that has it open goes on in it. The caller holds the lock of the
 * directory and has looked at the existing file (`old`).
 */
export async function appendAll(
  path: string,
  { at, bytes }: Pick<AppendCall, "at" | "bytes">,
  old: ObjectInfo,
  durable: boolean,
): Promise<ObjectInfo> {
  // Append mode cannot overwrite bytes of a program that ignores the lock.
  const file = Deno.openSync(path, { append: true });
  try {
    refuseOther(file, old);
    if (at < old.size) file.truncateSync(at);
    try {
      writeAll(file, bytes);
      if (durable) await file.syncData();
    } catch (error) {
      takeBack(file, path, { key: old.key, size: at }, error);
      throw error;
    }
    return at < old.size ? toInfo(old.key, stampOpen(file, old)) : keepTimeMoving(file, old);
  } finally {
    file.close();
  }
}

/** A program that ignores the lock may have replaced the file since the caller looked at it. */
function refuseOther(file: Deno.FsFile, { key, version }: ObjectInfo): void {
  if (toInfo(key, file.statSync()).version === version) return;
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
  { key, size }: Pick<ObjectInfo, "key" | "size">,
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
function keepTimeMoving(file: Deno.FsFile, old: ObjectInfo): ObjectInfo {
  const { key } = old;
  const now = file.statSync();
  if (
    old.modified === undefined || now.mtime === null ||
    now.mtime >= old.modified
  ) {
    return toInfo(key, now);
  }
  try {
    file.utimeSync(now.atime ?? old.modified, old.modified);
  } catch {
    return toInfo(key, now); // the file belongs to another user; the bytes are written
  }
  return toInfo(key, file.statSync());
}
