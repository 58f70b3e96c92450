/**
 * The contract between Flagstone and a store of objects.
 *
 * Authors of adapters implement {@linkcode StorageAdapter} and nothing more. `conformance()` of
 * `@flagstone/flagging/testing` tests that an adapter keeps the contract.
 *
 * @module
 */

/**
 * One state of one object. Opaque: compare it for equality, and only with versions of the same
 * adapter.
 *
 * @category Storage contract
 */
export type ObjectVersion = string & { readonly __brand: "Version" };

/**
 * The callers among whom an atomic operation has exactly one winner: the callers in this process,
 * all processes on this host, or every client of the store. `"none"` means that the adapter does
 * not offer the operation.
 *
 * @category Storage contract
 */
export type AtomicScope = "none" | "process" | "host" | "store";

/**
 * The guarantees of an adapter, as data. An option that is not declared is refused, never ignored.
 *
 * @category Storage contract
 */
export interface Capabilities {
  /** The scope of `write` with the precondition `"absent"`. */
  readonly create: AtomicScope;
  /** The scope of `write` with the precondition `{ version }`. */
  readonly swap: AtomicScope;
  /** The scope of `append`; `"none"` if the method is missing. */
  readonly append: AtomicScope;
  /**
   * Whether `append` takes the option `cut`. Without it, a torn end is replaced by `write`, which
   * needs the whole object.
   *
   * @default {false}
   */
  readonly cut?: boolean | undefined;
  /** Whether a resolved write survives a power failure, not only a crash of the process. */
  readonly durable: boolean;
  /**
   * `"unique"`: a version never recurs. `"content"`: equal bytes may have an equal version,
   * as with an S3 ETag.
   */
  readonly versions: "unique" | "content";
  /** Whether `contentType` and `metadata` are kept; if false, a write with either rejects. */
  readonly metadata: boolean;
  /** The size of the largest object in bytes, if there is a limit. */
  readonly maxObjectBytes?: number | undefined;
}

/**
 * The properties of an object that a store reports.
 *
 * @category Storage contract
 */
export interface ObjectInfo {
  /** The object's key. */
  readonly key: string;
  /** The size of the whole object in bytes. */
  readonly size: number;
  /** The state that this information describes. */
  readonly version: ObjectVersion;
  /** When the object last changed, by the store's clock. For information only. */
  readonly modified?: Date | undefined;
  /** The media type from the last write, if the adapter keeps metadata. */
  readonly contentType?: string | undefined;
  /** The metadata from the last write, if the adapter keeps metadata. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * A part of an object, in bytes: half-open from `start` to `end` (default: the object's end), or
 * its `last` bytes. A range that extends past the end of the object is clamped; a `start` past the
 * end is an error.
 *
 * @category Storage contract
 */
export type ByteRange =
  | { readonly start: number; readonly end?: number | undefined }
  | { readonly last: number };

/**
 * An object, or a part of it, being read.
 *
 * @category Storage contract
 */
export interface ReadResult {
  /** The information about the whole object, even if only a part is read. */
  readonly info: ObjectInfo;
  /** The offset of the first byte of `body`. */
  readonly start: number;
  /** The offset after the last byte of `body`. */
  readonly end: number;
  /**
   * The bytes, all of one version. The stream errors, rather than ends, if bytes are missing. Read
   * it to its end or cancel it: until then it may hold a file or a connection open.
   */
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Options of every operation.
 *
 * @category Storage contract
 */
export interface OperationOptions {
  /** Aborts the operation, which then rejects with the code `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of {@linkcode StorageAdapter.read}.
 *
 * @category Storage contract
 */
export interface ReadOptions extends OperationOptions {
  /** The part to read. @default {the whole object} */
  readonly range?: ByteRange | undefined;
  /** The version to read; if the object has another one, the read rejects with `Conflict`. */
  readonly ifVersion?: ObjectVersion | undefined;
}

/**
 * A condition of a write: no object has the key (`"absent"`), or the object still has
 * a given version.
 *
 * @category Storage contract
 */
export type Precondition = "absent" | { readonly version: ObjectVersion };

/**
 * Options of {@linkcode StorageAdapter.write}.
 *
 * @category Storage contract
 */
export interface WriteOptions extends OperationOptions {
  /**
   * The condition; the write rejects with `Conflict` unless it holds.
   *
   * @default {nothing: the object is created or replaced}
   */
  readonly precondition?: Precondition | undefined;
  /** The media type to keep. */
  readonly contentType?: string | undefined;
  /** The names and values to keep with the object. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The length of the body in bytes; a body of another length is refused. */
  readonly size?: number | undefined;
}

/**
 * Options of {@linkcode StorageAdapter.append}.
 *
 * @category Storage contract
 */
export interface AppendOptions extends OperationOptions {
  /** The size that the object must have; 0 also creates it. Another size is a `Conflict`. */
  readonly at: number;
  /**
   * The version that the object must have; another one is a `Conflict`. Without it, bytes may be
   * appended to an object that was edited or replaced and happens to have the size `at`.
   */
  readonly ifVersion?: ObjectVersion | undefined;
  /**
   * Whether the bytes replace everything from `at` on: the object may be longer, and `ifVersion` must
   * be given. Refused if the capability `cut` is not declared. The object is changed in place, so
   * that a program which has it open goes on in it. A reader that opened it before may see bytes of
   * either state after `at`, and a program that is killed meanwhile may leave the object as it was up
   * to `at`.
   *
   * @default {false}
   */
  readonly cut?: boolean | undefined;
}

/**
 * Options of {@linkcode StorageAdapter.list}.
 *
 * @category Storage contract
 */
export interface ListOptions extends OperationOptions {
  /** The text that keys must start with. It need not end at a `/`. @default {""} */
  readonly prefix?: string | undefined;
  /** Lists only keys after this one, which need not exist. */
  readonly after?: string | undefined;
  /** The largest number of entries. @default {no limit} */
  readonly limit?: number | undefined;
}

/**
 * The body of a write.
 *
 * @category Storage contract
 */
export type WriteBody = Uint8Array | ReadableStream<Uint8Array>;

/**
 * A filter for the bytes of an object, for {@linkcode StorageAdapter.rewrite}.
 *
 * @category Storage contract
 */
export interface ByteFilter {
  /**
   * Takes the next bytes of the object and returns those to store in their place. The bytes must not
   * be used after the call.
   */
  push(bytes: Uint8Array): Uint8Array;
  /** Returns the last bytes to store, after all bytes of the object. */
  end(): Uint8Array;
}

/**
 * Options of `StorageAdapter.check()`.
 *
 * @category Storage contract
 */
export interface CheckOptions extends OperationOptions {
  /** The start of the keys that the check may write: empty, or with its final `/`. @default {""} */
  readonly prefix?: string | undefined;
}

/**
 * A place that keeps objects under keys.
 *
 * - `null` means that the object does not exist, and nothing else; every failure rejects with a
 *   `StorageError`.
 * - An adapter never repeats a mutation by itself.
 * - If its signal is already aborted, a method rejects before it has any effect.
 *
 * @category Storage contract
 */
export interface StorageAdapter {
  /** A short name for messages, such as `"s3"`. */
  readonly name: string;
  /** The capabilities that this adapter promises. */
  readonly capabilities: Capabilities;
  /**
   * Resolves with what the store reports about an object, or with `null` if there is no such
   * object.
   */
  stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null>;
  /** Reads an object, or a part of it; resolves with `null` if there is no such object. */
  read(key: string, options?: ReadOptions): Promise<ReadResult | null>;
  /**
   * Creates or replaces an object, all or nothing: readers never see a part of the body, and a
   * write that fails leaves the old object unchanged.
   */
  write(key: string, body: WriteBody, options?: WriteOptions): Promise<ObjectInfo>;
  /**
   * Adds bytes to an object if its size is exactly `at`; otherwise rejects with `Conflict`. The
   * offset makes it safe to repeat an append. Missing if `capabilities.append` is `"none"`.
   */
  append?(
    key: string,
    bytes: Uint8Array,
    options: AppendOptions,
  ): Promise<ObjectInfo>;
  /**
   * Replaces an object by what a filter makes of its bytes, all or nothing, while others append to it:
   * a swap of a large object would always come too late. The filter takes all bytes in their order;
   * those that are appended meanwhile pass last, while the writers wait.
   *
   * Resolves with `null` if there is no such object. Rejects with `Conflict` if the object was changed
   * meanwhile in another way than by appending: call it again. If it rejects, the object is unchanged,
   * unless the error has the outcome `"unknown"`.
   *
   * Missing if the store has no lock for it: then use `write` with a version.
   *
   * @param makeFilter Returns a new filter; called for each attempt
   */
  rewrite?(
    key: string,
    makeFilter: () => ByteFilter,
    options?: OperationOptions,
  ): Promise<ObjectInfo | null>;
  /** Removes an object; also resolves if there is no such object. */
  delete(key: string, options?: OperationOptions): Promise<void>;
  /**
   * Lists objects in the order of their keys' UTF-8 bytes. Keys that exist throughout the
   * listing are listed once; a listing that cannot be completed rejects.
   */
  list(options?: ListOptions): AsyncIterable<ObjectInfo>;
  /**
   * Checks in one or two round trips that the store refuses the conditional writes that it must
   * refuse, and rejects with `Misconfigured` if it does not. The loggers call it once, before their
   * first write.
   */
  check?(options?: CheckOptions): Promise<void>;
  /**
   * Checks thoroughly that the store keeps what `capabilities` declare, and rejects with
   * `Misconfigured` if it does not. It is for deploying; loggers call it before their first write if the
   * adapter has no `check()`. It is a method rather than a function that the loggers import, so that
   * programs that do not need it do not load it.
   */
  probe?(): Promise<unknown>;
  /** Releases the resources of the adapter. Idempotent; calls after disposal reject. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
