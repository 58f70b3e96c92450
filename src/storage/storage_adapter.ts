/**
 * The contract between Flagstone and a place that keeps objects.
 *
 * An adapter author implements {@linkcode StorageAdapter} and nothing else. `conformance()` of
 * `@flagstone/flagging/testing` proves that an adapter keeps the contract.
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
 * Among whom an atomic operation has exactly one winner: nobody (the operation is missing), the
 * callers in this process, all processes on this host, or every client of the store.
 *
 * @category Storage contract
 */
export type AtomicScope = "none" | "process" | "host" | "store";

/**
 * What an adapter promises, as data. What is not declared is refused, never ignored.
 *
 * @category Storage contract
 */
export interface Capabilities {
  /** The scope of `write` with the precondition `"absent"`. */
  readonly create: AtomicScope;
  /** The scope of `write` with the precondition `{ version }`. */
  readonly swap: AtomicScope;
  /** The scope of `append`; `"none"` where the method is missing. */
  readonly append: AtomicScope;
  /** Whether a resolved write survives power loss, not only the death of the process. */
  readonly durable: boolean;
  /**
   * `"unique"`: a version never comes back. `"content"`: equal bytes may get an equal version again,
   * as with an S3 ETag.
   */
  readonly versions: "unique" | "content";
  /** Whether `contentType` and `metadata` are kept; where false, giving them rejects. */
  readonly metadata: boolean;
  /** The largest object in bytes, where there is a limit. */
  readonly maxObjectBytes?: number | undefined;
}

/**
 * What is known of one object.
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
  /** When the object was last changed, by the store's clock. Advice only. */
  readonly modified?: Date | undefined;
  /** The media type given at the last write, where the adapter keeps metadata. */
  readonly contentType?: string | undefined;
  /** The metadata given at the last write, where the adapter keeps metadata. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * A part of an object, in bytes: half-open from `start` to `end` (default: the object's end), or
 * its `last` bytes. What reaches beyond the object is clamped; a `start` beyond it is an error.
 *
 * @category Storage contract
 */
export type ByteRange =
  | { readonly start: number; readonly end?: number | undefined }
  | { readonly last: number };

/**
 * One object, or a part of it, being read.
 *
 * @category Storage contract
 */
export interface ReadResult {
  /** The whole object's information, also where only a part was asked for. */
  readonly info: ObjectInfo;
  /** The offset of the first byte of `body`. */
  readonly start: number;
  /** The offset behind the last byte of `body`. */
  readonly end: number;
  /**
   * The bytes, all of one version. Errors, rather than ends, when bytes are missing. Read it to its
   * end or cancel it: until then it may hold a file or a connection.
   */
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * What every operation takes.
 *
 * @category Storage contract
 */
export interface OperationOptions {
  /** Ends the operation; it rejects with the code `Aborted`. */
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
  /** Reads this version only; another one is a `Conflict`. */
  readonly ifVersion?: ObjectVersion | undefined;
}

/**
 * What must hold for a write to happen: nothing may have the key (`"absent"`), or the object must
 * still be in a version.
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
  /** What must hold, else `Conflict`. @default {nothing: an object is made or replaced} */
  readonly precondition?: Precondition | undefined;
  /** The media type to keep. */
  readonly contentType?: string | undefined;
  /** Names and values to keep with the object. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The body's length in bytes; a body of another length is refused. */
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
   * The version that the object must have; another one is a `Conflict`. An object that was edited,
   * or made anew, may have the size `at` and be no place for these bytes.
   */
  readonly ifVersion?: ObjectVersion | undefined;
}

/**
 * Options of {@linkcode StorageAdapter.list}.
 *
 * @category Storage contract
 */
export interface ListOptions extends OperationOptions {
  /** What keys must begin with: a plain string, no directory. @default {""} */
  readonly prefix?: string | undefined;
  /** Lists only keys behind this one, which need not exist. */
  readonly after?: string | undefined;
  /** How many entries at the most. */
  readonly limit?: number | undefined;
}

/**
 * What a write or an append takes its bytes from.
 *
 * @category Storage contract
 */
export type WriteBody = Uint8Array | ReadableStream<Uint8Array>;

/**
 * A place that keeps objects under keys.
 *
 * - `null` means surely absent and nothing else; every failure rejects with a `StorageError`.
 * - An adapter never sends a mutation again by itself.
 * - An aborted signal rejects every method before any effect.
 *
 * @category Storage contract
 */
export interface StorageAdapter {
  /** A short name for messages, such as `"s3"`. */
  readonly name: string;
  /** What this adapter promises. */
  readonly capabilities: Capabilities;
  /** Resolves with what is known of an object, or `null`. */
  stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null>;
  /** Reads an object or a part of it, one version to its end, or resolves with `null`. */
  read(key: string, options?: ReadOptions): Promise<ReadResult | null>;
  /**
   * Makes or replaces an object, all or nothing: no reader ever sees a part of the body, and after
   * a failure the old object is there as before.
   */
  write(key: string, body: WriteBody, options?: WriteOptions): Promise<ObjectInfo>;
  /**
   * Adds bytes to an object if its size is exactly `at`, else rejects with `Conflict`. An append
   * without an offset could not be sent again safely. Missing where `capabilities.append` is
   * `"none"`.
   */
  append?(
    key: string,
    bytes: Uint8Array,
    options: AppendOptions,
  ): Promise<ObjectInfo>;
  /** Removes an object; resolves also where there is none. */
  delete(key: string, options?: OperationOptions): Promise<void>;
  /**
   * Lists objects in the order of their keys' UTF-8 bytes. Keys that are there throughout are
   * listed once; a listing that cannot be completed rejects.
   */
  list(options?: ListOptions): AsyncIterable<ObjectInfo>;
  /**
   * Examines whether the store really keeps what `capabilities` declare, and rejects with
   * `Misconfigured` where it does not. The loggers call it once, before their first write. It is a
   * method, and no function that they import, so that who needs no such check does not load it.
   */
  probe?(): Promise<unknown>;
  /** Frees what the adapter holds. Idempotent; calls after it reject. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
