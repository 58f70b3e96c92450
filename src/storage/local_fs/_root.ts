import { type Attempt, fail, refusal, refuseAborted } from "../kit/fail.ts";
import { fsError, systemCode } from "./_errors.ts";
import { createDirectory, parentOf } from "./_files.ts";
import { type LockCall, lockDirectory, type LockedDirectory, type LockMode } from "./_lock.ts";
import { hasCode, type StorageError } from "../storage_error.ts";

/** An action that runs under the lock of the directory of a key. */
export type Action<T> = (path: string, directory: Deno.FsFile) => T | Promise<T>;

const MOST_REMOVALS = 100;
const LONGEST_PRUNE_MS = 1000;

/** The directory that keys are paths below. It finds their paths and holds their locks. */
export class FsRoot {
  /** The directory, as an absolute path. */
  readonly path: string;
  readonly #durable: boolean;
  readonly #write: LockMode;
  readonly #read: LockMode;
  readonly #tryRead: LockMode;
  readonly #prune: LockMode;
  /** The directory that others lately kept locked, and until when it is not waited for. */
  #stuck: { readonly dir: string; readonly until: number } | undefined;

  constructor(path: string, durable: boolean, timeoutMs: number) {
    this.path = path;
    this.#durable = durable;
    this.#write = { shared: false, timeoutMs, lockFile: Deno.build.os === "windows" };
    this.#read = { ...this.#write, shared: true };
    this.#tryRead = { ...this.#read, timeoutMs: 0 };
    // An empty directory may stay, so its removal is not worth a long wait.
    this.#prune = { ...this.#write, timeoutMs: Math.min(timeoutMs, LONGEST_PRUNE_MS) };
  }

  /** The path of the object of a key. */
  pathOf(key: string): string {
    return `${this.path}/${key}`;
  }

  /**
   * Runs an action while no other caller writes in the directory of a key; returns `null` if the
   * directory is missing. If the directory stays locked for the longest time, it runs the action
   * without the lock: a stopped process may hold it.
   */
  async reading<T>(call: LockCall, action: (path: string) => T): Promise<T | null> {
    const { attempt } = call;
    const path = this.pathOf(attempt.key!);
    const dir = parentOf(path);
    try {
      const taken = this.#lockToRead(dir, call);
      // No promise in between: a flag would meet the lock.
      const lock = taken instanceof Promise ? await taken : taken;
      try {
        refuseAborted(attempt, call);
        this.refuseDetour(dir, attempt);
        return action(path);
      } finally {
        lock?.release();
      }
    } catch (error) {
      return this.#nothingOr(error, dir, attempt);
    }
  }

  #lockToRead(
    dir: string,
    call: LockCall,
  ): LockedDirectory | Promise<LockedDirectory | null> {
    // A listing must not wait anew for each object of a directory.
    const isStuck = this.#stuck?.dir === dir && performance.now() < this.#stuck.until;
    const taken = lockDirectory(dir, call, isStuck ? this.#tryRead : this.#read);
    if (!(taken instanceof Promise)) return taken;
    return taken.catch((error) => {
      if (!hasCode(error, "TimedOut") || call.signal?.aborted) throw error;
      this.#stuck = { dir, until: performance.now() + this.#read.timeoutMs };
      return null;
    });
  }

  /** Runs an action under the lock of the directory of a key; returns `null` if there is none. */
  async inExisting<T>(call: LockCall, action: Action<T>): Promise<T | null> {
    const { attempt } = call;
    const path = this.pathOf(attempt.key!);
    const dir = parentOf(path);
    let lock: LockedDirectory;
    try {
      const taken = lockDirectory(dir, call, this.#write);
      lock = taken instanceof Promise ? await taken : taken;
    } catch (error) {
      return this.#nothingOr(error, dir, attempt);
    }
    try {
      refuseAborted(attempt, call);
      this.refuseDetour(dir, attempt);
      return await action(path, lock.handle);
    } catch (error) {
      throw this.error(error, attempt);
    } finally {
      lock.release();
    }
  }

  /** Like `inExisting()`, but creates the directory if there is none. */
  async inCreated<T>(call: LockCall, action: Action<T>): Promise<T> {
    const { attempt } = call;
    for (let times = 0;; times++) {
      const done = await this.inExisting(call, async (path, directory) => {
        return { result: await action(path, directory) };
      });
      if (done !== null) return done.result;
      if (times >= MOST_REMOVALS) {
        throw refusal(attempt, "Unavailable", "its directory is removed as often as it is created");
      }
      this.#create(parentOf(this.pathOf(attempt.key!)), attempt);
    }
  }

  /** Returns `null` if a directory is missing; otherwise throws why it cannot be used. */
  #nothingOr(error: unknown, dir: string, attempt: Attempt): null {
    if (error instanceof Deno.errors.NotFound) return null;
    try {
      // A link that leads to something else is reported as a link.
      if (error instanceof Deno.errors.NotADirectory) this.refuseDetour(dir, attempt);
    } catch (detour) {
      throw this.error(detour, attempt);
    }
    throw this.error(error, attempt);
  }

  /** Creates a directory. Another process may remove it immediately because it is empty. */
  #create(dir: string, attempt: Attempt): void {
    try {
      createDirectory(dir, this.#durable);
    } catch (error) {
      if (hasDanglingLink(dir)) throw this.#leadsNowhere(dir, attempt);
      if (!wasRemoved(error, dir)) throw this.error(error, attempt);
    }
  }

  #leadsNowhere(dir: string, attempt: Attempt): StorageError {
    const why = `${JSON.stringify(dir)} is below a link without a target: is a disk not mounted?`;
    return refusal(attempt, "Misconfigured", why);
  }

  /** Removes directories that became empty, each under its lock, so that no writer is in it. */
  async prune(call: LockCall & { readonly key: string }): Promise<void> {
    let dir = parentOf(this.pathOf(call.key));
    while (dir.length > this.path.length) {
      try {
        // Without the caller's signal, which may be the reason for the removal.
        const lock = await lockDirectory(dir, { attempt: call.attempt }, this.#prune);
        try {
          if (!Deno.lstatSync(dir).isDirectory) return; // a link
          Deno.removeSync(dir);
        } finally {
          lock.release();
        }
      } catch {
        return; // not empty, or already gone
      }
      dir = parentOf(dir);
    }
  }

  /** Translates an error of the file system. */
  error(error: unknown, attempt: Attempt): StorageError {
    const code = systemCode(error);
    if ((code === "ENOTDIR" || code === "EEXIST") && !mayBeDirectory(this.path)) {
      const why = `its root ${JSON.stringify(this.path)} is a file, or below one`;
      return fail(attempt, { code: "Misconfigured", why, outcome: "not-applied", cause: error });
    }
    if (error instanceof Deno.errors.NotCapable) {
      const why = namePath(error.message, this.path);
      return fail(attempt, { code: "PermissionDenied", why, outcome: "not-applied", cause: error });
    }
    const { key } = attempt;
    return fsError(error, attempt, key === undefined ? this.path : this.pathOf(key), "not-applied");
  }

  /** Refuses a directory that a symbolic link below the root leads to. */
  refuseDetour(dir: string, attempt: Attempt): void {
    if (dir !== this.path && realPath(dir) !== realPath(this.path) + dir.slice(this.path.length)) {
      const why = "a symbolic link, or a name in other case, is on its path";
      throw refusal(attempt, "PermissionDenied", why);
    }
  }
}

/** A message of Deno whose flag names the root, or the path if that is outside the root. */
function namePath(said: string, root: string): string {
  return said.replace(/"(.*)"(.*)the (--\S+) flag$/, (_, path, middle, flag) => {
    return `"${path}"${middle}${flag}=${path.startsWith(root) ? root : path}`;
  });
}

/** The entry at a path, or the system's code of the error. */
function at(
  path: string,
  look: (path: string) => Deno.FileInfo = Deno.statSync,
): Deno.FileInfo | string {
  try {
    return look(path);
  } catch (error) {
    return systemCode(error) ?? "";
  }
}

function isDirectory(found: Deno.FileInfo | string): boolean {
  return typeof found === "object" && found.isDirectory;
}

/** A path and those above it, the nearest first. */
function* upwards(path: string): Generator<string, void, undefined> {
  yield path;
  const parent = parentOf(path);
  if (parent !== path && parent !== "") yield* upwards(parent);
}

/** Whether a path, or one above it, is a symbolic link to nothing. */
function hasDanglingLink(path: string): boolean {
  for (const above of upwards(path)) {
    const found = at(above, Deno.lstatSync);
    if (typeof found === "object" && found.isSymlink) return typeof at(above) === "string";
  }
  return false;
}

/** Whether a directory was not created because another process removed it, or one above, at once. */
function wasRemoved(error: unknown, dir: string): boolean {
  if (error instanceof Deno.errors.NotFound) return true;
  // "It exists" is also reported of one that was gone when Deno looked whether it is a directory.
  if (!(error instanceof Deno.errors.AlreadyExists)) return false;
  const nearest = [...upwards(dir)].map((path) => at(path)).find((found) => found !== "ENOENT");
  return nearest !== undefined && isDirectory(nearest);
}

/** Whether a path is a directory, or could become one. */
function mayBeDirectory(path: string): boolean {
  const found = at(path);
  return typeof found === "object" ? found.isDirectory : found !== "ENOTDIR";
}

/** A path without links, written as keys are. */
function realPath(path: string): string {
  const real = Deno.realPathSync(path);
  return Deno.build.os === "windows" ? real.replaceAll("\\", "/") : real;
}
