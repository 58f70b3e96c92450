import { type Attempt, fail, refusal, refuseAborted } from "../kit/fail.ts";
import { fsError, systemCode } from "./_errors.ts";
import { createDirectory, parentOf } from "./_files.ts";
import { lockDirectory, type LockedDirectory } from "./_lock.ts";
import type { OperationOptions } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

/** An action that runs under the lock of the directory of a key. */
export type Action<T> = (path: string, directory: Deno.FsFile) => T | Promise<T>;

const MOST_REMOVALS = 100;

/** The directory that keys are paths below. It finds their paths and holds their locks. */
export class FsRoot {
  /** The directory, as an absolute path. */
  readonly path: string;
  readonly #durable: boolean;

  constructor(path: string, durable: boolean) {
    this.path = path;
    this.#durable = durable;
  }

  /** The path of the object of a key. */
  pathOf(key: string): string {
    return `${this.path}/${key}`;
  }

  /** Runs an action under the lock of the directory of a key; returns `null` if there is none. */
  async inExisting<T>(
    attempt: Attempt,
    options: OperationOptions | undefined,
    action: Action<T>,
  ): Promise<T | null> {
    const path = this.pathOf(attempt.key!);
    const dir = parentOf(path);
    try {
      const lock = await lockIfThere(dir);
      if (lock === null) return null;
      try {
        refuseAborted(attempt, options);
        this.#refuseDetour(dir, lock, attempt);
        return await action(path, lock.handle);
      } finally {
        lock.release();
      }
    } catch (error) {
      throw this.error(error, attempt);
    }
  }

  /** Like `inExisting()`, but creates the directory if there is none. */
  async inCreated<T>(
    attempt: Attempt,
    options: OperationOptions | undefined,
    action: Action<T>,
  ): Promise<T> {
    for (let times = 0;; times++) {
      const done = await this.inExisting(attempt, options, async (path, directory) => {
        return { result: await action(path, directory) };
      });
      if (done !== null) return done.result;
      if (times >= MOST_REMOVALS) {
        throw refusal(attempt, "Unavailable", "its directory is removed as often as it is created");
      }
      this.#create(parentOf(this.pathOf(attempt.key!)), attempt);
    }
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
  async prune(key: string): Promise<void> {
    let dir = parentOf(this.pathOf(key));
    while (dir.length > this.path.length) {
      try {
        const lock = await lockDirectory(dir);
        try {
          if (!Deno.lstatSync(dir).isDirectory) return; // an object has the directory's name
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

  /** Refuses a path that is not a directory, or that a symbolic link below the root leads to. */
  #refuseDetour(dir: string, { isDirectory }: LockedDirectory, attempt: Attempt): void {
    if (dir !== this.path && realPath(dir) !== realPath(this.path) + dir.slice(this.path.length)) {
      const why = "a symbolic link, or a name in other case, is on its path";
      throw refusal(attempt, "PermissionDenied", why);
    }
    if (!isDirectory) throw Object.assign(new Error("Not a directory"), { code: "ENOTDIR" });
  }
}

/** A message of Deno whose flag names the root, or the path if that is outside the root. */
function namePath(said: string, root: string): string {
  return said.replace(/"(.*)"(.*)the (--\S+) flag$/, (_, path, middle, flag) => {
    return `"${path}"${middle}${flag}=${path.startsWith(root) ? root : path}`;
  });
}

async function lockIfThere(dir: string): Promise<LockedDirectory | null> {
  try {
    return await lockDirectory(dir);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
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
