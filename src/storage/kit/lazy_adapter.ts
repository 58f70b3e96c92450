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

/**
 * The base class of adapters whose code is loaded by their first operation, so that a program which
 * uses another adapter never loads it.
 *
 * @category Adapter authors
 */
export abstract class LazyAdapter implements StorageAdapter {
  /** The adapter's name, for messages. */
  readonly name: string;
  /** The capabilities that the adapter promises. */
  readonly capabilities: Capabilities;
  /** See `StorageAdapter.append`; missing if the capabilities do not declare it. */
  readonly append?: NonNullable<StorageAdapter["append"]>;
  #adapter: StorageAdapter | null = null;

  /**
   * Creates an adapter. Nothing is loaded yet.
   *
   * @param name The adapter's name, for messages
   * @param capabilities The capabilities of the adapter that `load()` returns
   */
  constructor(name: string, capabilities: Capabilities) {
    this.name = name;
    this.capabilities = capabilities;
    if (capabilities.append !== "none") {
      this.append = (key: string, bytes: Uint8Array, options: AppendOptions) =>
        this.#on((adapter) => adapter.append!(key, bytes, options));
    }
  }

  /** Loads the code and returns the adapter. Called again if another operation began meanwhile. */
  protected abstract load(): Promise<StorageAdapter>;

  /** Returns what the store reports about an object, or `null` if there is no such object. */
  stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    return this.#on((adapter) => adapter.stat(key, options));
  }

  /** Reads an object or a part of it, or returns `null` if there is no such object. */
  read(key: string, options?: ReadOptions): Promise<ReadResult | null> {
    return this.#on((adapter) => adapter.read(key, options));
  }

  /** Creates or replaces an object, all or nothing. */
  write(key: string, body: WriteBody, options?: WriteOptions): Promise<ObjectInfo> {
    return this.#on((adapter) => adapter.write(key, body, options));
  }

  /** Removes an object; succeeds if there is no such object. */
  delete(key: string, options?: OperationOptions): Promise<void> {
    return this.#on((adapter) => adapter.delete(key, options));
  }

  /**
   * Lists objects in the order of their keys' UTF-8 bytes. Names that are not valid keys are
   * skipped.
   */
  async *list(options?: ListOptions): AsyncGenerator<ObjectInfo, void, undefined> {
    yield* (await this.loaded()).list(options);
  }

  /** Disposes of the adapter. Idempotent; calls after disposal reject. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.loaded())[Symbol.asyncDispose]?.();
  }

  /** Adds no promise once the code is loaded, because every flag passes through here. */
  #on<T>(action: (adapter: StorageAdapter) => Promise<T>): Promise<T> {
    return this.#adapter === null ? this.loaded().then(action) : action(this.#adapter);
  }

  /** Returns the adapter, loaded by the first operation. */
  protected async loaded(): Promise<StorageAdapter> {
    const loaded = this.#adapter ?? await this.load();
    return this.#adapter ??= loaded;
  }
}
