import { Deadline } from "../kit/deadline.ts";
import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { Slots } from "../kit/slots.ts";
import type { StorageError } from "../storage_error.ts";
import { RESERVED_PREFIX } from "../validate_key.ts";

/** A directory that only this caller may change, among all callers that use its lock. */
export interface LockedDirectory {
  /** The open directory, or its lock file on systems that cannot open directories. */
  readonly handle: Deno.FsFile;
  /** Lets the next caller in. */
  release(): void;
}

/** The operation that a lock is for. */
export interface LockCall {
  readonly attempt: Attempt;
  readonly signal?: AbortSignal | undefined;
}

/** How a directory is locked. */
export interface LockMode {
  /** Whether other readers may hold the lock at the same time. */
  readonly shared: boolean;
  /** The longest time in milliseconds to wait for the lock. */
  readonly timeoutMs: number;
  /** Whether a file in the directory is locked, and not the directory itself. */
  readonly lockFile: boolean;
}

const LOCK_FILE = `${RESERVED_PREFIX}lock`;

/** The longest pause between two attempts to lock. A call that waits in the kernel could not be ended. */
const LONGEST_PAUSE_MS = 4;
const CAN_TRY = typeof Deno.FsFile.prototype.tryLockSync === "function";

/**
 * The number of locks, about 25 ms, after which timers and sockets run. Each such pause leaves a few
 * kB of garbage in a chain that V8 collects late, so they must be rare.
 */
const LOCKS_AT_A_STRETCH = 512;
let locks = 0;

/**
 * The callers of this process take turns by directory, in the order of their calls. A few idle
 * entries are kept: a map that is emptied and filled with every call leaves garbage that V8 collects
 * late.
 */
const turns: Map<string, Slots> = new Map();
const MOST_IDLE = 64;

function turnsOf(dir: string): Slots {
  let slots = turns.get(dir);
  if (slots === undefined) turns.set(dir, slots = new Slots(1));
  return slots;
}

/** Lets the next caller of this process in. */
function endTurn(dir: string): void {
  const slots = turns.get(dir);
  slots?.giveBack();
  if (turns.size > MOST_IDLE && slots?.isIdle) turns.delete(dir);
}

/**
 * Runs timers and sockets; synchronous disk calls would otherwise starve the event loop of a program
 * that awaits one flag after the other.
 */
async function letOthersRun(): Promise<void> {
  // Older versions of Deno do not have this global.
  await new Promise<void>((done) => void (globalThis.setImmediate ?? setTimeout)(done));
}

/** Waits for a turn or a lock until the caller's signal is aborted or the time is up. */
class LockWait {
  readonly #call: LockCall;
  readonly #dir: string;
  readonly #mode: LockMode;
  readonly #deadline: Deadline;

  constructor(dir: string, call: LockCall, mode: LockMode) {
    this.#dir = dir;
    this.#call = call;
    this.#mode = mode;
    this.#deadline = new Deadline(mode.timeoutMs, call.signal);
    this.#deadline.start();
  }

  /** Waits for the other callers of this process. */
  async forTurn(slots: Slots): Promise<void> {
    const { attempt } = this.#call;
    try {
      await slots.take(this.#deadline.signal, { attempt, outcome: "not-applied" });
    } catch (error) {
      throw this.#timedOut() ?? error;
    }
  }

  /** Waits for other processes. */
  async forLock(handle: Deno.FsFile): Promise<void> {
    const { shared } = this.#mode;
    // Deno before 2.7 can only wait in a thread, which nothing ends.
    if (!CAN_TRY) return await handle.lock(!shared);
    do {
      await new Promise((done) => setTimeout(done, Math.random() * LONGEST_PAUSE_MS));
      const { signal } = this.#deadline;
      if (signal.aborted) {
        throw this.#timedOut() ?? aborted(this.#call.attempt, signal, "not-applied");
      }
    } while (!handle.tryLockSync(!shared));
  }

  end(): void {
    this.#deadline.end();
  }

  #timedOut(): StorageError | undefined {
    if (!this.#deadline.expired) return undefined;
    const why = `others kept ${JSON.stringify(this.#dir)} locked for ${this.#mode.timeoutMs} ms: ` +
      "is a process that holds the lock stopped?";
    return fail(this.#call.attempt, { code: "TimedOut", why, outcome: "not-applied" });
  }
}

/** The directory that was opened last, which need not be looked at before it is opened again. */
let lastOpened: string | undefined;

/**
 * Opens the file that is locked: the directory itself, so that no lock file lies among a user's data.
 * If a directory cannot be opened (Windows), a file in it that is never removed.
 */
function openLock(dir: string, lockFile: boolean): Deno.FsFile {
  if (lockFile) {
    return Deno.openSync(`${dir}/${LOCK_FILE}`, { read: true, write: true, create: true });
  }
  // Opening a pipe would wait for its writer.
  if (dir !== lastOpened && !Deno.statSync(dir).isDirectory) {
    const error = new Deno.errors.NotADirectory(`${dir} is not a directory`);
    throw Object.assign(error, { code: "ENOTDIR" });
  }
  const handle = Deno.openSync(dir);
  lastOpened = dir;
  return handle;
}

/** Whether an open directory is still the one at the path: it may have been removed and created again. */
function isCurrent(handle: Deno.FsFile, dir: string, lockFile: boolean): boolean {
  try {
    const now = Deno.statSync(lockFile ? `${dir}/${LOCK_FILE}` : dir);
    const then = handle.statSync();
    return now.ino === then.ino && now.dev === then.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Locks a directory against every caller on this host that does the same. The kernel frees the lock
 * when its holder dies. Rejects with `Deno.errors.NotFound` if there is no such directory, with
 * `Deno.errors.NotADirectory` if it is something else, and with a `StorageError` if the signal is
 * aborted or the time is up before the lock is free. Returns no promise if the lock is free, because
 * every flag passes through here.
 *
 * Locking a data file would not work: a rename replaces the locked file.
 */
export function lockDirectory(
  dir: string,
  call: LockCall,
  mode: LockMode,
): LockedDirectory | Promise<LockedDirectory> {
  if (++locks % LOCKS_AT_A_STRETCH === 0) {
    return letOthersRun().then(() => lockNow(dir, mode) ?? lockLater(dir, call, mode));
  }
  return lockNow(dir, mode) ?? lockLater(dir, call, mode);
}

/** Locks a directory; returns `null` if others have the lock. */
function lockNow(dir: string, { shared, lockFile }: LockMode): LockedDirectory | null {
  // A reader does not wait for writers of this process that themselves wait for other readers.
  if (!CAN_TRY || !shared && !turnsOf(dir).tryTake()) return null;
  let handle: Deno.FsFile | undefined;
  let isLocked = false;
  try {
    handle = openLock(dir, lockFile);
    isLocked = handle.tryLockSync(!shared) && isCurrent(handle, dir, lockFile);
    return isLocked ? locked(handle, dir, !shared) : null;
  } finally {
    if (!isLocked) {
      handle?.close();
      if (!shared) endTurn(dir);
    }
  }
}

async function lockLater(dir: string, call: LockCall, mode: LockMode): Promise<LockedDirectory> {
  const wait = new LockWait(dir, call, mode);
  try {
    await wait.forTurn(turnsOf(dir));
    try {
      return locked(await lockInTurn(dir, wait, mode), dir, true);
    } catch (error) {
      endTurn(dir);
      throw error;
    }
  } finally {
    wait.end();
  }
}

async function lockInTurn(
  dir: string,
  wait: LockWait,
  { shared, lockFile }: LockMode,
): Promise<Deno.FsFile> {
  while (true) {
    const handle = openLock(dir, lockFile);
    try {
      if (!CAN_TRY || !handle.tryLockSync(!shared)) await wait.forLock(handle);
      if (isCurrent(handle, dir, lockFile)) return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
    handle.close();
  }
}

function locked(handle: Deno.FsFile, dir: string, hasTurn: boolean): LockedDirectory {
  return {
    handle,
    release() {
      handle.close();
      if (hasTurn) endTurn(dir);
    },
  };
}
