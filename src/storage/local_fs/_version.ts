import { systemCode } from "./_errors.ts";
import { type Attempt, refusal } from "../kit/fail.ts";
import type { ObjectInfo, ObjectVersion } from "../storage_adapter.ts";

/*
 * Some file systems count time in whole seconds, ext4 with inodes of 128 bytes for example, so that
 * two states of a file could have one version. There the access time holds a mark: a count in a range
 * from the year 2029 to 2038, which no access yields by chance. Reading does not change an access
 * time that is later than the modification time, by the default of Linux, `relatime`.
 */
const MARKS_FROM_S = 2 ** 31 - 2 ** 28;
/** Even, for file systems that count in steps of two seconds. */
const MARK_STEP_S = 502;
const MARKS = Math.floor(2 ** 28 / MARK_STEP_S);

/** The longest time to wait for the clock of a file system that does not allow setting times. */
const LONGEST_WAIT_MS = 3000;

/** The mark of a file, a number from 1 on, or 0. */
function markOf({ atime, mtime }: Deno.FileInfo): number {
  const past = (atime?.getTime() ?? 0) / 1000 - MARKS_FROM_S;
  // A modification time with its milliseconds needs no mark.
  if (past < 0 || past % MARK_STEP_S !== 0 || (mtime?.getTime() ?? 1) % 10 !== 0) return 0;
  return past / MARK_STEP_S + 1;
}

function versionOf(file: Deno.FileInfo): ObjectVersion {
  const { ino, birthtime, mtime, size } = file;
  const parts = [ino ?? 0, birthtime?.getTime() ?? 0, mtime?.getTime() ?? 0, size];
  const mark = markOf(file);
  if (mark !== 0) parts.push(mark);
  return parts.map((part) => part.toString(36)).join("-") as ObjectVersion;
}

/** Returns what the system reports about a file as the object of a key. */
export function toInfo(key: string, file: Deno.FileInfo): ObjectInfo {
  return {
    key,
    size: file.size,
    version: versionOf(file),
    ...(file.mtime === null ? {} : { modified: file.mtime }),
  };
}

/** Gives a staged file a time that no earlier state of its object (`old`) had. */
export async function stampTime(
  path: string,
  old: ObjectInfo | null,
  attempt: Attempt,
): Promise<Deno.FileInfo> {
  return stamp({
    stat: () => Deno.lstatSync(path),
    utime: (atime, mtime) => Deno.utimeSync(path, atime, mtime),
  }, old) ?? await passTimeOf(path, old, attempt);
}

/**
 * Gives a file that was changed in place a time that no earlier state of it had. The times of another
 * user's file cannot be set: there, two states of one millisecond and one size share a version.
 */
export function stampOpen(file: Deno.FsFile, old: ObjectInfo): Deno.FileInfo {
  return stamp({
    stat: () => file.statSync(),
    utime: (atime, mtime) => file.utimeSync(atime, mtime),
  }, old) ?? file.statSync();
}

/** A file whose times can be set. */
interface Stamped {
  readonly stat: () => Deno.FileInfo;
  readonly utime: (atime: Date, mtime: Date) => void;
}

/** Returns `null` if the file system does not let this user set times. */
function stamp(stamped: Stamped, old: ObjectInfo | null): Deno.FileInfo | null {
  // File systems count time in ticks: two states within one would share a version.
  let time = Math.max(Date.now(), (old?.modified?.getTime() ?? 0) + 1);
  if (time % 10 === 0) time++; // else a file system with coarser ticks could not be recognized
  if (!setTimes(stamped, new Date(time), new Date(time))) return null;
  const file = stamped.stat();
  if (file.mtime?.getTime() === time) return file;
  // The mark is lost where each read sets the access time (`strictatime`): the time moves on instead.
  if (old !== null && !hasMark(old)) time = Math.max(time, (old.modified?.getTime() ?? 0) + 2000);
  setTimes(stamped, new Date(nextMark(old)), new Date(time));
  return stamped.stat();
}

/** Returns false if the file system does not let this user set times, as FUSE and SMB may. */
function setTimes({ utime }: Stamped, atime: Date, mtime: Date): boolean {
  try {
    utime(atime, mtime);
    return true;
  } catch (error) {
    if (/^(EPERM|EACCES|ENOSYS|ENOTSUP|EOPNOTSUPP)$/.test(systemCode(error) ?? "")) return false;
    throw error;
  }
}

function hasMark({ version }: ObjectInfo): boolean {
  return version.split("-").length > 4;
}

/** The access time in milliseconds of the mark after that of the old object; a random one if it has none. */
function nextMark(old: ObjectInfo | null): number {
  const mark = old?.version.split("-")[4];
  const next = mark === undefined ? Math.floor(Math.random() * MARKS) : parseInt(mark, 36) % MARKS;
  return (MARKS_FROM_S + next * MARK_STEP_S) * 1000;
}

/** Changes a staged file until the file system itself gives it a later time than the old object has. */
async function passTimeOf(
  path: string,
  old: ObjectInfo | null,
  attempt: Attempt,
): Promise<Deno.FileInfo> {
  const until = performance.now() + LONGEST_WAIT_MS;
  for (let file = Deno.lstatSync(path);; file = Deno.lstatSync(path)) {
    if (old?.modified === undefined || file.mtime === null || file.mtime > old.modified) {
      return file;
    }
    if (performance.now() > until) {
      const why = "its file system refuses utime() and its clock is behind: use another one";
      throw refusal(attempt, "Misconfigured", why);
    }
    await new Promise((done) => setTimeout(done, 5));
    const opened = Deno.openSync(path, { write: true });
    try {
      opened.truncateSync(file.size);
    } finally {
      opened.close();
    }
  }
}
