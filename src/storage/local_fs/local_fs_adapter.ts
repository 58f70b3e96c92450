import { fromFileUrl } from "@std/path/from-file-url";
import { isAbsolute } from "@std/path/is-absolute";
import { chunksOf, validateBody } from "../kit/body.ts";
import { type Attempt, fail, refuseAborted } from "../kit/fail.ts";
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
import { Slots } from "../kit/slots.ts";
import { walkKeys } from "./_walk.ts";
import { validateAppend, validateList, validateWrite } from "../kit/options.ts";
import {
  disposedOf,
  refuseOffset,
  refusePrecondition,
  refuseVersion,
} from "../kit/preconditions.ts";
import { resolveRange, validateRange } from "../kit/range.ts";
import type {
  AppendOptions,
  Capabilities,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";
import { StorageError } from "../storage_error.ts";
import { validateKey } from "../validate_key.ts";

/** Options of {@linkcode LocalFsAdapter}. */
export interface LocalFsAdapterOptions {
  /** The directory that keys are paths below. It is made by the first write. */
  readonly root: string | URL;
  /**
   * Whether a resolved write is on the disk and survives power loss. Costs an `fsync` a write.
   *
   * @default {false}
   */
  readonly durable?: boolean | undefined;
  /**
   * The age in milliseconds at which a listing removes what a killed process left behind.
   *
   * @default {3_600_000}
   */
  readonly reapAfterMs?: number | undefined;
}

const HOUR_MS = 3_600_000;

/** How many bodies are staged at a time, each with a file open: systems allow some thousand. */
const stages: Slots = new Slots(256);

/** How long deletion waits for the clock, so that a version does not come back. */
const LONGEST_WAIT_MS = 20;

/**
 * Keeps objects as files below a directory of the local disk, with Deno.
 *
 * Writes are atomic: staged beside their place, then moved there. Creation, swap and append have one
 * winner among all processes of the host that use this adapter, by a lock on the directory which the
 * kernel frees when its holder dies. An append that fails is undone. Symbolic links below the root
 * are not followed.
 *
 * @example Usage
 * ```ts
 * import { LocalFsAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * const storage = new LocalFsAdapter({ root });
 * await storage.append("a.txt", new TextEncoder().encode("hello"), { at: 0 });
 * assertEquals(await Deno.readTextFile(`${root}/a.txt`), "hello");
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class LocalFsAdapter implements StorageAdapter {
  /** The name for messages. */
  readonly name: string = "local-fs";
  /** What this adapter promises. */
  readonly capabilities: Capabilities;
  /** The directory that keys are paths below, as an absolute path. */
  readonly root: string;
  readonly #root: FsRoot;
  readonly #durable: boolean;
  readonly #reapAfterMs: number;
  #disposed = false;

  /**
   * Makes an adapter; touches nothing yet.
   *
   * @throws {StorageError} `Unsupported` where there is no Deno
   */
  constructor(options: LocalFsAdapterOptions) {
    if (globalThis.Deno === undefined) {
      throw new StorageError(
        "Cannot use the local file system without Deno: give the logger a `storage`",
        { code: "Unsupported", adapter: this.name },
      );
    }
    const { root, durable = false, reapAfterMs = HOUR_MS } = options;
    this.root = absolutePath(root instanceof URL ? fromFileUrl(root) : root);
    this.#root = new FsRoot(this.root, durable);
    this.#durable = durable;
    this.#reapAfterMs = reapAfterMs;
    this.capabilities = {
      create: "host",
      swap: "host",
      append: "host",
      durable,
      versions: "unique",
      metadata: false,
    };
  }

  /** Resolves with what is known of an object, or `null`. */
  async stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    const attempt = this.#begin("stat", key, options);
    return await this.#root.inExisting(attempt, options, (path) => look(path, key, attempt));
  }

  /** Reads an object or a part of it; a reader of an object that is replaced reads the old one. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadResult | null> {
    const { range, ifVersion, signal } = options;
    const attempt = this.#begin("read", key, options);
    validateRange(range, attempt);
    return await this.#root.inExisting(attempt, options, (path) => {
      const info = look(path, key, attempt);
      if (info === null) return null;
      refuseVersion(ifVersion, info.version, attempt);
      const { start, end } = resolveRange(range, info.size, attempt);
      return { info, start, end, body: streamFile(path, start, end, attempt, signal) };
    });
  }

  /** Makes or replaces an object: staged beside its place, then moved there in one step. */
  async write(key: string, body: WriteBody, options: WriteOptions = {}): Promise<ObjectInfo> {
    const attempt = this.#begin("write", key, options);
    validateWrite(options, this.capabilities, attempt);
    validateBody(body, options, attempt);
    const release = await stages.take(options.signal, [attempt, "not-applied"]);
    const stage = await this.#stage(key, body, options, attempt).finally(release);
    try {
      return await this.#root.inMade(attempt, options, (path, directory) => {
        const old = look(path, key, attempt);
        refusePrecondition(options.precondition, old?.version, attempt);
        return this.#publish(stage, path, old, options.precondition === "absent", directory);
      });
    } catch (error) {
      removeQuietly(stage.path);
      await this.#root.prune(key);
      throw error;
    } finally {
      removeQuietly(stage.path);
    }
  }

  /** Adds bytes to an object of exactly this size; what cannot be added whole is undone. */
  async append(key: string, bytes: Uint8Array, options: AppendOptions): Promise<ObjectInfo> {
    const attempt = this.#begin("append to", key, options);
    validateAppend(bytes, options, attempt);
    const action: Action<ObjectInfo> = (path, directory) => {
      const old = look(path, key, attempt);
      refuseOffset(options, old ?? undefined, attempt);
      if (old === null) return this.#create(path, key, bytes, directory);
      if (bytes.length === 0) return old;
      return appendAll(path, key, bytes, old, this.#durable);
    };
    if (options.at > 0) {
      const info = await this.#root.inExisting(attempt, options, action);
      if (info === null) refuseOffset(options, undefined, attempt);
      return info!;
    }
    try {
      return await this.#root.inMade(attempt, options, action);
    } catch (error) {
      await this.#root.prune(key);
      throw error;
    }
  }

  /** Removes an object, and directories that it leaves empty. */
  async delete(key: string, options?: OperationOptions): Promise<void> {
    const attempt = this.#begin("delete", key, options);
    await this.#root.inExisting(attempt, options, async (path) => {
      const old = look(path, key, attempt);
      if (old === null) return;
      Deno.removeSync(path);
      await passTime(old);
    });
    await this.#root.prune(key);
  }

  /** Lists objects in the order of their keys' UTF-8 bytes, and reaps old debris on its way. */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const attempt = this.#begin("list", undefined, options);
    validateList(options, attempt);
    const { prefix = "", after = "", limit = Infinity, signal } = options;
    let listed = 0;
    if (limit === 0) return;
    try {
      const onOther = (path: string): void => this.#reap(path);
      for await (const key of walkKeys(this.root, "", { prefix, after, onOther })) {
        refuseAborted(attempt, { signal });
        const info = await this.stat(key, { signal });
        if (info === null) continue;
        yield info;
        if (++listed >= limit) return;
      }
    } catch (error) {
      throw this.#root.error(error, attempt);
    }
  }

  /** Ends the use of the adapter; it holds nothing. Calls after it reject. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    return Promise.resolve();
  }

  #begin(operation: string, key: string | undefined, options?: OperationOptions): Attempt {
    const attempt = { adapter: this.name, operation, key };
    if (this.#disposed) throw disposedOf(attempt);
    if (key !== undefined) validateKey(key, this.name);
    refuseAborted(attempt, options);
    return attempt;
  }

  /** Makes an object together with its first bytes, so that a kill leaves no empty one behind. */
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
        const attempt = { adapter: this.name, operation: "write", key: info.key };
        throw fsError(error, attempt, "unknown"); // it is there, but may not outlive a power loss
      }
    }
    return info;
  }

  /** Writes a body under a reserved name in the directory that it will lie in. */
  async #stage(
    key: string,
    body: WriteBody,
    options: WriteOptions,
    attempt: Attempt,
  ): Promise<Stage> {
    // Under the lock, where it is made sure that the path has no detour.
    const stage = await this.#root.inMade(attempt, options, (path) => {
      return openStage(parentOf(path), key);
    });
    try {
      for await (const chunk of chunksOf(body, options, attempt)) writeAll(stage.file, chunk);
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
      // With a second name it was published, and its time is that of the object.
      if (age > this.#reapAfterMs || (nlink ?? 1) > 1) Deno.removeSync(path);
    } catch {
      // Somebody else reaped it, or may not: a listing does not fail over debris.
    }
  }
}

/** A path that does not change its meaning with the current directory. */
function absolutePath(path: string): string {
  const whole = isAbsolute(path) ? path : `${Deno.cwd()}/${path.replace(/^(?:\.\/)+/, "")}`;
  return whole.replace(/(?<=.)[/\\]+$/, "");
}

/** What is at a path: an object, or nothing (a directory is nothing); a link is refused. */
function look(path: string, key: string, attempt: Attempt): ObjectInfo | null {
  return infoOf(path, key, () => {
    throw fail(attempt, {
      code: "PermissionDenied",
      why: "it is a symbolic link or no regular file",
      outcome: "not-applied",
    });
  });
}

/** Waits until the clock is past an object's time, lest its successor gets the same version. */
async function passTime(old: ObjectInfo): Promise<void> {
  const until = old.modified?.getTime() ?? 0;
  if (until - Date.now() > LONGEST_WAIT_MS) return; // its time of birth tells them apart then
  while (Date.now() <= until) await new Promise((done) => setTimeout(done, 1));
}
