import { LazyAdapter } from "../kit/lazy_adapter.ts";
import type {
  ByteFilter,
  ObjectInfo,
  OperationOptions,
  StorageAdapter,
} from "../storage_adapter.ts";
import { StorageError } from "../storage_error.ts";
import type { LocalDiskOptions } from "./_local_disk.ts";
import { rootPath } from "./_root_path.ts";

/**
 * Options of {@linkcode LocalFsAdapter}.
 *
 * @category Storage adapters
 */
export interface LocalFsAdapterOptions {
  /** The directory that keys are paths below. The first write creates it. */
  readonly root: string | URL;
  /**
   * Whether a resolved write is on the disk and survives power loss. Costs an `fsync` per write.
   *
   * @default {false}
   */
  readonly durable?: boolean | undefined;
  /**
   * The age in milliseconds at which a listing removes the staged files of a killed process.
   *
   * @default {3_600_000}
   */
  readonly reapAfterMs?: number | undefined;
  /**
   * The longest time in milliseconds to wait for the lock of a directory, which a stopped process may
   * keep. A write then rejects with `TimedOut`, and has changed nothing; a read goes ahead.
   *
   * @default {5000}
   */
  readonly lockTimeoutMs?: number | undefined;
}

const NAME = "local-fs";
const HOUR_MS = 3_600_000;

/**
 * Keeps objects as files below a directory of the local disk, with Deno.
 *
 * Writes are atomic: they are staged next to their place, then moved there. Creation, swap and append
 * have one winner among all processes of the host that use this adapter, by a lock on the directory
 * that the kernel frees when its holder dies. A failed append is undone. Symbolic links below the
 * root are not followed.
 *
 * @category Storage adapters
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
export class LocalFsAdapter extends LazyAdapter {
  /** See `StorageAdapter.append`. */
  declare readonly append: NonNullable<StorageAdapter["append"]>;
  /** The directory that keys are paths below, as an absolute path. */
  readonly root: string;
  readonly #options: LocalDiskOptions;

  /**
   * Creates an adapter. Nothing is read or written yet.
   *
   * @throws {StorageError} `Unsupported` if there is no Deno
   */
  constructor(options: LocalFsAdapterOptions) {
    if (globalThis.Deno === undefined) {
      throw new StorageError(
        "Cannot use the local file system without Deno: give the logger a `storage`",
        { code: "Unsupported", adapter: NAME },
      );
    }
    const { durable = false, reapAfterMs = HOUR_MS, lockTimeoutMs = 5000 } = options;
    const capabilities = {
      create: "host",
      swap: "host",
      append: "host",
      cut: true,
      durable,
      versions: "unique",
      metadata: false,
    } as const;
    super(NAME, capabilities);
    this.root = rootPath(options);
    this.#options = { name: NAME, capabilities, root: this.root, reapAfterMs, lockTimeoutMs };
  }

  /** See `StorageAdapter.rewrite`. A killed process leaves the old object, or the new one. */
  async rewrite(
    key: string,
    makeFilter: () => ByteFilter,
    options?: OperationOptions,
  ): Promise<ObjectInfo | null> {
    return await (await this.loaded()).rewrite!(key, makeFilter, options);
  }

  /** Loads the code. */
  protected override async load(): Promise<StorageAdapter> {
    const { LocalDisk } = await import("./_local_disk.ts").catch((cause) => {
      const why = "its code cannot be loaded: check the network or the cache, then start again";
      const options = {
        code: "Unavailable",
        adapter: NAME,
        outcome: "not-applied",
        cause,
      } as const;
      throw new StorageError(`Cannot use the local disk as ${why}`, options);
    });
    return new LocalDisk(this.#options);
  }
}
