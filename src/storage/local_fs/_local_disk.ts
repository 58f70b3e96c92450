import { bodyChunks } from "../kit/body.ts";
import type { AppendCall, DriverCall, ListCall, ReadCall, WriteCall } from "../kit/driver_calls.ts";
import { type Attempt, fail, refuseAborted } from "../kit/fail.ts";
import { refuseOffset, refusePrecondition, refuseVersion } from "../kit/preconditions.ts";
import { resolveRange } from "../kit/range.ts";
import { Slots } from "../kit/slots.ts";
import type { ObjectInfo, ReadResult } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";
import { fsError } from "./_errors.ts";
import {
  appendAll,
  infoOf,
  openStage,
  parentOf,
  publish,
  removeQuietly,
  type Stage,
  STAGE_PREFIX,
  writeAll,
} from "./_files.ts";
import { type Action, FsRoot } from "./_root.ts";
import { streamFile } from "./_stream.ts";
import { walkKeys } from "./_walk.ts";

/** Options of {@linkcode LocalDisk}. */
export interface LocalDiskOptions {
  /** The adapter's name, for messages. */
  readonly name: string;
  /** The directory that keys are paths below, as an absolute path. */
  readonly root: string;
  /** Whether each write is synced to the disk. */
  readonly durable: boolean;
  /** The age in milliseconds at which a listing removes staged files. */
  readonly reapAfterMs: number;
}

/** The number of bodies that are staged at a time, each with an open file: systems allow thousands. */
const stages: Slots = new Slots(256);

/** The longest time that a deletion waits for the clock, so that no version repeats. */
const LONGEST_WAIT_MS = 20;

/** The operations of `LocalFsAdapter`, which needs this module only once it has something to do. */
export class LocalDisk {
  readonly #name: string;
  readonly #root: FsRoot;
  readonly #durable: boolean;
  readonly #reapAfterMs: number;

  constructor({ name, root, durable, reapAfterMs }: LocalDiskOptions) {
    this.#name = name;
    this.#root = new FsRoot(root, durable);
    this.#durable = durable;
    this.#reapAfterMs = reapAfterMs;
  }

  /** Returns what the store reports about an object. */
  async statObject(call: DriverCall): Promise<ObjectInfo | null> {
    const { attempt, key } = call;
    return await this.#root.inExisting(attempt, call, (path) => look(path, key, attempt));
  }

  /** Opens the file immediately: the reader of an object that is replaced reads the old one. */
  async readObject(call: ReadCall): Promise<ReadResult | null> {
    const { attempt, key, range, ifVersion, signal } = call;
    return await this.#root.inExisting(attempt, call, (path) => {
      const info = look(path, key, attempt);
      if (info === null) return null;
      refuseVersion(ifVersion, info.version, attempt);
      const { start, end } = resolveRange(range, info.size, attempt);
      return { info, start, end, body: streamFile(path, start, end, attempt, signal) };
    });
  }

  /** Stages the body next to its place, then moves it there in one step. */
  async writeObject(call: WriteCall): Promise<ObjectInfo> {
    const { attempt, key, precondition, signal } = call;
    const release = await stages.take(signal, { attempt, outcome: "not-applied" });
    const stage = await this.#stage(call).finally(release);
    try {
      return await this.#root.inCreated(attempt, call, (path, directory) => {
        const old = look(path, key, attempt);
        refusePrecondition(precondition, old?.version, attempt);
        return this.#publish(stage, path, old, precondition === "absent", directory);
      });
    } catch (error) {
      removeQuietly(stage.path);
      await this.#root.prune(key);
      throw error;
    } finally {
      removeQuietly(stage.path);
    }
  }

  /** Undoes an append that cannot be written whole. */
  async appendObject(call: AppendCall): Promise<ObjectInfo | null> {
    const { attempt, key, bytes, at } = call;
    const action: Action<ObjectInfo> = (path, directory) => {
      const old = look(path, key, attempt);
      refuseOffset(call, old ?? undefined, attempt);
      if (old === null) return this.#create(path, key, bytes, directory);
      if (bytes.length === 0) return old;
      return appendAll(path, key, bytes, old, this.#durable);
    };
    if (at > 0) {
      const info = await this.#root.inExisting(attempt, call, action);
      if (info === null) refuseOffset(call, undefined, attempt);
      return info;
    }
    try {
      return await this.#root.inCreated(attempt, call, action);
    } catch (error) {
      await this.#root.prune(key);
      throw error;
    }
  }

  /** Also removes directories that become empty. */
  async deleteObject(call: DriverCall): Promise<void> {
    const { attempt, key } = call;
    await this.#root.inExisting(attempt, call, async (path) => {
      const old = look(path, key, attempt);
      if (old === null) return;
      Deno.removeSync(path);
      await passTime(old);
    });
    await this.#root.prune(key);
  }

  /** Also removes old debris of killed processes that it comes across. */
  async *listObjects(
    { attempt, prefix, after, signal }: ListCall,
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    const onOther = (path: string): void => this.#reap(path);
    for await (const key of walkKeys(this.#root.path, "", { prefix, after, onOther })) {
      const call = { key, attempt: { ...attempt, operation: "stat", key }, signal };
      refuseAborted(attempt, call);
      const info = await this.statObject(call);
      if (info !== null) yield info;
    }
  }

  /** Translates an error of the file system. */
  errorOf(error: unknown, attempt: Attempt): StorageError {
    return this.#root.error(error, attempt);
  }

  /** Creates an object together with its first bytes, so that a kill cannot leave an empty one. */
  async #create(
    path: string,
    key: string,
    bytes: Uint8Array,
    directory: Deno.FsFile,
  ): Promise<ObjectInfo> {
    const stage = openStage(parentOf(path), key);
    try {
      try {
        writeAll(stage.file, bytes);
        if (this.#durable) await stage.file.syncData();
      } finally {
        stage.file.close();
      }
      return await this.#publish(stage, path, null, true, directory);
    } finally {
      removeQuietly(stage.path);
    }
  }

  async #publish(
    stage: Stage,
    path: string,
    old: ObjectInfo | null,
    exclusive: boolean,
    directory: Deno.FsFile,
  ): Promise<ObjectInfo> {
    const info = publish(stage, path, { old, exclusive });
    if (this.#durable) {
      try {
        await directory.sync();
      } catch (error) {
        const attempt = { adapter: this.#name, operation: "write", key: info.key };
        throw fsError(error, attempt, path, "unknown"); // it is there, but may not survive a power loss
      }
    }
    return info;
  }

  /** Writes a body under a reserved name in the directory of its key. */
  async #stage(call: WriteCall): Promise<Stage> {
    const { attempt, key } = call;
    // Under the lock, which also checks that no link is on the path.
    const stage = await this.#root.inCreated(attempt, call, (path) => {
      return openStage(parentOf(path), key);
    });
    try {
      for await (const chunk of bodyChunks(call)) writeAll(stage.file, chunk);
      if (this.#durable) await stage.file.syncData();
      stage.file.close();
      return stage;
    } catch (error) {
      stage.file.close();
      removeQuietly(stage.path);
      await this.#root.prune(key);
      throw this.#root.error(error, attempt);
    }
  }

  #reap(path: string): void {
    if (!path.slice(path.lastIndexOf("/") + 1).startsWith(STAGE_PREFIX)) return;
    try {
      const { mtime, nlink } = Deno.lstatSync(path);
      const age = Date.now() - (mtime?.getTime() ?? Date.now());
      // A file with a second name was published, and has the time of the object.
      if (age > this.#reapAfterMs || (nlink ?? 1) > 1) Deno.removeSync(path);
    } catch {
      // Another process removed it, or this one must not: a listing does not fail for debris.
    }
  }
}

/** Returns the object at a path; `null` for nothing and for a directory. Refuses a link. */
function look(path: string, key: string, attempt: Attempt): ObjectInfo | null {
  return infoOf(path, key, () => {
    throw fail(attempt, {
      code: "PermissionDenied",
      why: "it is a symbolic link or not a regular file",
      outcome: "not-applied",
    });
  });
}

/** Waits until the clock is past an object's time, so that its successor gets another version. */
async function passTime(old: ObjectInfo): Promise<void> {
  const until = old.modified?.getTime() ?? 0;
  if (until - Date.now() > LONGEST_WAIT_MS) return; // their birth times differ then
  while (Date.now() <= until) await new Promise((done) => setTimeout(done, 1));
}
