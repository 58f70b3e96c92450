import { RESERVED_PREFIX } from "../validate_key.ts";

/** A directory that only this caller may change, among all callers that use its lock. */
export interface LockedDirectory {
  /** The open directory, or its lock file on systems that cannot open directories. */
  readonly handle: Deno.FsFile;
  /** Whether the path is a directory. */
  readonly isDirectory: boolean;
  /** Lets the next caller in. */
  release(): void;
}

const LOCK_FILE = `${RESERVED_PREFIX}lock`;

/**
 * The number of locks, about 25 ms, after which timers and sockets run. Each such pause leaves a few
 * kB of garbage in a chain that V8 collects late, so they must be rare.
 */
const LOCKS_AT_A_STRETCH = 512;
let locks = 0;

/** The callers of this process that use one directory. */
interface Queue {
  isTaken: boolean;
  readonly waiting: (() => void)[];
}

/**
 * The queues of this process. A few empty ones are kept: a map that is emptied and filled with every
 * call leaves garbage that V8 collects late.
 */
const queues: Map<string, Queue> = new Map();
const MOST_IDLE = 64;

/**
 * Waits for the other callers of this process. Waiting for the lock of a file blocks a thread, so at
 * most one caller of a process waits there.
 */
async function takeTurn(dir: string): Promise<void> {
  let queue = queues.get(dir);
  if (queue === undefined) queues.set(dir, queue = { isTaken: false, waiting: [] });
  if (queue.isTaken) await new Promise<void>((resolve) => queue.waiting.push(resolve));
  queue.isTaken = true;
}

/**
 * Yields occasionally; synchronous disk calls would otherwise starve the event loop of a program that
 * awaits one flag after the other.
 */
async function letOthersRun(): Promise<void> {
  if (++locks % LOCKS_AT_A_STRETCH !== 0) return;
  // Older versions of Deno do not have this global.
  await new Promise<void>((done) => void (globalThis.setImmediate ?? setTimeout)(done));
}

/** Lets the next caller of this process in. */
function endTurn(dir: string): void {
  const queue = queues.get(dir);
  const next = queue?.waiting.shift();
  if (next !== undefined) return next();
  if (queue !== undefined) queue.isTaken = false;
  if (queues.size > MOST_IDLE) queues.delete(dir);
}

/**
 * Opens the file that is locked: the directory itself, so that no lock file lies among a user's data.
 * If a directory cannot be opened (Windows), a file in it that is never removed.
 */
function openLock(dir: string, lockFile: boolean): Deno.FsFile {
  return lockFile
    ? Deno.openSync(`${dir}/${LOCK_FILE}`, {
      read: true,
      write: true,
      create: true,
    })
    : Deno.openSync(dir);
}

/**
 * Returns the information of an open directory if it is still the one at the path: it may have been
 * removed and created again.
 */
function currentInfo(handle: Deno.FsFile, dir: string): Deno.FileInfo | null {
  try {
    const now = Deno.statSync(dir);
    const then = handle.statSync();
    return now.ino === then.ino && now.dev === then.dev ? then : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Locks a directory against every caller on this host that does the same. The kernel frees the lock
 * when its holder dies. Rejects with `Deno.errors.NotFound` if there is no such directory.
 *
 * Locking a data file would not work: a rename replaces the locked file.
 */
export async function lockDirectory(
  dir: string,
  lockFile: boolean = Deno.build.os === "windows",
): Promise<LockedDirectory> {
  await takeTurn(dir);
  try {
    await letOthersRun();
    while (true) {
      const handle = openLock(dir, lockFile);
      try {
        // Without contention the synchronous call takes microseconds; the other one needs a thread.
        if (!handle.tryLockSync(true)) await handle.lock(true);
        const info = currentInfo(handle, lockFile ? `${dir}/${LOCK_FILE}` : dir);
        if (info !== null) {
          return {
            handle,
            isDirectory: lockFile || info.isDirectory,
            release() {
              handle.close();
              endTurn(dir);
            },
          };
        }
      } catch (error) {
        handle.close();
        throw error;
      }
      handle.close();
    }
  } catch (error) {
    endTurn(dir);
    throw error;
  }
}
