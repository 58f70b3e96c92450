import { RESERVED_PREFIX } from "../validate_key.ts";

/** A directory that this caller alone may change, among all who keep to its lock. */
export interface LockedDirectory {
  /** The open directory, or where directories cannot be opened, its lock file. */
  readonly handle: Deno.FsFile;
  /** Whether it is a directory that was found under its name. */
  readonly isDirectory: boolean;
  /** Lets the next caller in. */
  release(): void;
}

const LOCK_FILE = `${RESERVED_PREFIX}lock`;

/**
 * After how many locks timers and sockets get a turn: some 25 ms. Each leaves some kB to the garbage
 * collector, in a chain that it finds late, so that they must not be many.
 */
const LOCKS_AT_A_STRETCH = 512;
let locks = 0;

/** The callers of this process that are at one directory. */
interface Queue {
  isTaken: boolean;
  readonly waiting: (() => void)[];
}

/**
 * The queues of this process. So many are kept though nobody stands in them: a map that is emptied
 * and filled with every call leaves garbage that V8 does not find before it has grown for long.
 */
const queues: Map<string, Queue> = new Map();
const MOST_IDLE = 64;

/**
 * Waits its turn among the callers of this process. A blocking wait for the lock of a file holds a
 * thread; so at most one caller of a process waits there.
 */
async function takeTurn(dir: string): Promise<void> {
  let queue = queues.get(dir);
  if (queue === undefined) queues.set(dir, queue = { isTaken: false, waiting: [] });
  if (queue.isTaken) await new Promise<void>((resolve) => queue.waiting.push(resolve));
  queue.isTaken = true;
}

/**
 * Lets timers and sockets have a turn now and then. Calls on the disk are synchronous, for they take
 * microseconds: a program that awaits one after the other would else keep the event loop from them.
 */
async function letOthersRun(): Promise<void> {
  if (++locks % LOCKS_AT_A_STRETCH !== 0) return;
  // Older Deno has no such global.
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
 * Opens what is locked in place of a directory's content: the directory itself, so that no lock
 * file lies among a user's data. Where a directory cannot be opened (Windows), a file in it that is
 * never removed.
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
 * What was opened, if it is still what is at the path: a directory may have been removed and made
 * again since.
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
 * when its holder dies. Rejects with `Deno.errors.NotFound` where there is no such directory.
 *
 * The lock of a data file would not do: replacing the file by a rename replaces what is locked.
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
        // Without contention the synchronous call takes microseconds, the other one a thread.
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
