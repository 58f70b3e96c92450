import type {
  ByteRange,
  ObjectInfo,
  ObjectVersion,
  Precondition,
  WriteBody,
} from "../storage_adapter.ts";
import type { Attempt } from "./fail.ts";

/**
 * The argument of every primitive of a driver. All of it is validated.
 *
 * @category Adapter authors
 */
export interface DriverCall {
  /** The key in the store, including the adapter's prefix. */
  readonly key: string;
  /** The operation and the caller's key, for error messages: see `fail()`. */
  readonly attempt: Attempt;
  /** The caller's signal. It was not aborted when the call began. */
  readonly signal: AbortSignal | undefined;
}

/**
 * A call of `StorageDriver.readObject()`.
 *
 * @category Adapter authors
 */
export interface ReadCall extends DriverCall {
  /** The part to read; `undefined` for the whole object. */
  readonly range?: ByteRange | undefined;
  /** The version to read; another one is a `Conflict`. */
  readonly ifVersion?: ObjectVersion | undefined;
}

/**
 * A call of `StorageDriver.writeObject()`.
 *
 * @category Adapter authors
 */
export interface WriteCall extends DriverCall {
  /** The body: `bodyBytes()` and `bodyChunks()` read it and check its size. */
  readonly body: WriteBody;
  /** The condition of the write, checked and applied in one atomic step. */
  readonly precondition?: Precondition | undefined;
  /** The media type to keep with the object. */
  readonly contentType?: string | undefined;
  /** The names and values to keep with the object. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The length of the body in bytes, if the caller announced it. */
  readonly size?: number | undefined;
  /** The largest body in bytes that the capabilities allow. */
  readonly maxBytes?: number | undefined;
}

/**
 * A call of `StorageDriver.appendObject()`.
 *
 * @category Adapter authors
 */
export interface AppendCall extends DriverCall {
  /** The bytes to add. */
  readonly bytes: Uint8Array;
  /** The size that the object must have; 0 also creates it. */
  readonly at: number;
  /** The version that the object must have. */
  readonly ifVersion?: ObjectVersion | undefined;
  /** Whether the object may be longer, and is cut at the offset `at` in the same step. */
  readonly cut?: boolean | undefined;
}

/**
 * A call of `StorageDriver.listObjects()`. Prefix and `after` are keys in the store.
 *
 * @category Adapter authors
 */
export interface ListCall extends Omit<DriverCall, "key"> {
  /** The text that keys must start with; it may be empty. */
  readonly prefix: string;
  /** The key to start after; empty to start at the first key. */
  readonly after: string;
  /** The number of entries that the caller wants, or `Infinity`: a hint for the size of pages. */
  readonly limit: number;
}

/**
 * The properties of an object that a driver reports. The base adds the key.
 *
 * @category Adapter authors
 */
export type StoredInfo = Omit<ObjectInfo, "key">;

/**
 * The bytes of exactly the requested range, as a stream.
 *
 * @category Adapter authors
 */
export interface StoredRange {
  /** The properties of the whole object. */
  readonly info: StoredInfo;
  /** The offset of the first byte of `body`. */
  readonly start: number;
  /** The offset after the last byte of `body`. */
  readonly end: number;
  /** The bytes, all of one version. It errors, rather than ends, if bytes are missing. */
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * The bytes of a whole object. The base checks the version and cuts the range.
 *
 * @category Adapter authors
 */
export interface StoredBytes {
  /** The properties of the object. */
  readonly info: StoredInfo;
  /** All bytes of the object. The base copies them. */
  readonly body: Uint8Array;
}

/**
 * The result of `StorageDriver.readObject()`.
 *
 * @category Adapter authors
 */
export type StoredBody = StoredBytes | StoredRange;
