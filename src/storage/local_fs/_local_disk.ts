import { bodyChunks } from "../kit/body.ts";
import type { AppendCall, DriverCall, ListCall, ReadCall, WriteCall } from "../kit/driver_calls.ts";
import { type Attempt, refusal, refuseAborted } from "../kit/fail.ts";
import { refuseOffset, refusePrecondition, refuseVersion } from "../kit/preconditions.ts";
import { resolveRange } from "../kit/range.ts";
import { StorageDriver } from "../kit/storage_driver.ts";
import type {
  ByteFilter,
  Capabilities,
  ObjectInfo,
  OperationOptions,
  ReadResult,
  StorageAdapter,
} from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";
import { fsError } from "./_errors.ts";
import { appendAll, infoOf, type OpenObject, openObject, parentOf, publish } from "./_files.ts";
import { type Action, FsRoot } from "./_root.ts";
import { Stage, STAGE_PREFIX } from "./_stage.ts";
import { streamFile } from "./_stream.ts";
import { walkKeys } from "./_walk.ts";

/** Options of {@linkcode LocalDisk}. */
export interface LocalDiskOptions {
  /** The adapter's name, for messages. */
  readonly name: string;
  /** The capabilities; if they are durable, each write is synced to the disk. */
  readonly capabilities: Capabilities;
  /** The directory that keys are paths below, as an absolute path. */
  readonly root: string;
  /** The age in milliseconds at which a listing removes staged files. */
  readonly reapAfterMs: number;
  /** The longest time in milliseconds to wait for the lock of a directory. */
  readonly lockTimeoutMs: number;
}

/** The longest time that a deletion waits for the clock, so that no version repeats. */
const LONGEST_WAIT_MS = 20;

/** The operations of `LocalFsAdapter`, which loads this module with the first one. */
export class LocalDisk extends StorageDriver implements StorageAdapter {
  readonly #root: FsRoot;
  readonly #durable: boolean;
  readonly #reapAfterMs: number;

  /** Creates the adapter. Nothing is read or written yet. */
  constructor({ name, capabilities, root, reapAfterMs, lockTimeoutMs }: LocalDiskOptions) {
    super({ name, capabilities });
    const { durable } = capabilities;
    this.#root = new FsRoot(root, durable, lockTimeoutMs);
    this.#durable = durable;
    this.#reapAfterMs = reapAfterMs;
  }

  /** Returns what the store reports about an object. */
  protected override async statObject(call: DriverCall): Promise<ObjectInfo | null> {
    const { attempt, key } = call;
    return await this.#root.reading(call, (path) => look(path, key, attempt));
  }

  /** Opens the file immediately: the reader of an object that is replaced reads the old one. */
  protected override async readObject(call: ReadCall): Promise<ReadResult | null> {
    const { attempt, range, ifVersion, signal } = call;
    return await this.#root.reading(call, (path) => {
      const opened = this.#open(path, call);
      if (opened === null) return null;
      const { info, file } = opened;
      try {
        refuseVersion(ifVersion, info.version, attempt);
        const { start, end } = resolveRange(range, info.size, attempt);
        return { info, start, end, body: streamFile(file, start, end, attempt, signal) };
      } catch (error) {
        file.close();
        throw error;
      }
    });
  }

  /** See `StorageAdapter.rewrite`. */
  async rewrite(
    key: string,
    makeFilter: () => ByteFilter,
    options?: OperationOptions,
  ): Promise<ObjectInfo | null> {
    if (await this.stat(key, options) === null) return null; // refuses what is invalid
    const { rewriteFile } = await import("./_rewrite.ts");
    const attempt = { adapter: this.name, operation: "rewrite", key };
    const call = { key, attempt, signal: options?.signal };
    return await rewriteFile(call, makeFilter, {
      root: this.#root,
      durable: this.#durable,
      open: () => this.#root.reading(call, (path) => this.#open(path, call)),
      look: (path) => look(path, key, attempt),
      publish: (...args) => this.#publish(...args),
    });
  }

  #open(path: string, { key, attempt }: DriverCall): OpenObject | null {
    return openObject(path, key, {
      onSpecial: () => refuseSpecial(attempt),
      refuseDetour: () => this.#root.refuseDetour(parentOf(path), attempt),
    });
  }

  /** Stages the body next to its place, then moves it there in one step. */
  protected override async writeObject(call: WriteCall): Promise<ObjectInfo> {
    const { attempt, key, precondition } = call;
    const stage = await this.#stage(call);
    try {
      return await this.#root.inCreated(call, (path, directory) => {
        const old = look(path, key, attempt);
        refusePrecondition(precondition, old?.version, attempt);
        return this.#publish(stage, path, {
          old,
          exclusive: precondition === "absent",
          attempt,
          directory,
        });
      });
    } catch (error) {
      stage.remove();
      await this.#root.prune(call);
      throw error;
    } finally {
      stage.remove();
    }
  }

  /** Undoes an append that cannot be written whole. */
  protected override async appendObject(call: AppendCall): Promise<ObjectInfo | null> {
    const { attempt, key, bytes, at } = call;
    const action: Action<ObjectInfo> = (path, directory) => {
      const old = look(path, key, attempt);
      refuseOffset(call, old ?? undefined, attempt);
      if (old === null) return this.#create(path, call, directory);
      if (bytes.length === 0 && at === old.size) return old;
      return appendAll(path, call, old, this.#durable);
    };
    if (at > 0) {
      const info = await this.#root.inExisting(call, action);
      if (info === null) refuseOffset(call, undefined, attempt);
      return info;
    }
    try {
      return await this.#root.inCreated(call, action);
    } catch (error) {
      await this.#root.prune(call);
      throw error;
    }
  }

  /** Also removes directories that become empty. */
  protected override async deleteObject(call: DriverCall): Promise<void> {
    const { attempt, key } = call;
    await this.#root.inExisting(call, async (path) => {
      const old = look(path, key, attempt);
      if (old === null) return;
      Deno.removeSync(path);
      await passTime(old);
    });
    await this.#root.prune(call);
  }

  /** Also removes old debris of killed processes that it comes across. */
  protected override async *listObjects(
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
  protected override toStorageError(error: unknown, attempt: Attempt): StorageError {
    return this.#root.error(error, attempt);
  }

  /** Creates an object together with its first bytes, so that a kill cannot leave an empty one. */
  async #create(
    path: string,
    { key, attempt, bytes }: AppendCall,
    directory: Deno.FsFile,
  ): Promise<ObjectInfo> {
    const stage = new Stage(parentOf(path), key);
    try {
      stage.write(bytes);
      if (this.#durable) await stage.sync();
      stage.close();
      this.#root.refuseDetour(parentOf(path), attempt);
      return await this.#publish(stage, path, { old: null, exclusive: true, attempt, directory });
    } finally {
      stage.remove();
    }
  }

  async #publish(
    stage: Stage,
    path: string,
    { directory, ...how }: Parameters<typeof publish>[2] & { readonly directory: Deno.FsFile },
  ): Promise<ObjectInfo> {
    const info = await publish(stage, path, how);
    if (this.#durable) {
      try {
        await directory.sync();
      } catch (error) {
        // It is there, but may not survive a power loss.
        throw fsError(error, { ...how.attempt, operation: "write" }, path, "unknown");
      }
    }
    return info;
  }

  /** Writes a body under a reserved name in the directory of its key. */
  async #stage(call: WriteCall): Promise<Stage> {
    const { attempt, key } = call;
    // Under the lock, which also checks that no link is on the path.
    const stage = await this.#root.inCreated(call, (path) => new Stage(parentOf(path), key));
    try {
      for await (const chunk of bodyChunks(call)) stage.write(chunk);
      if (this.#durable) await stage.sync();
      stage.close();
      return stage;
    } catch (error) {
      stage.remove();
      await this.#root.prune(call);
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
  return infoOf(path, key, () => refuseSpecial(attempt));
}

function refuseSpecial(attempt: Attempt): never {
  throw refusal(attempt, "PermissionDenied", "it is a symbolic link or not a regular file");
}

/** Waits until the clock is past an object's time, so that its successor gets another version. */
async function passTime(old: ObjectInfo): Promise<void> {
  const until = old.modified?.getTime() ?? 0;
  if (until - Date.now() > LONGEST_WAIT_MS) return; // their birth times differ then
  while (Date.now() <= until) await new Promise((done) => setTimeout(done, 1));
}
