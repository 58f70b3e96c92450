import type {
  ByteRange,
  ObjectInfo,
  ObjectVersion,
  Precondition,
  WriteBody,
} from "../storage_adapter.ts";
import type { Attempt } from "./fail.ts";

/**
 * What every call of a driver's primitive is given. All of it is validated.
 *
 * @category Drivers
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
 * @category Drivers
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
 * @category Drivers
 */
export interface WriteCall extends DriverCall {
  /** The body: `bodyBytes()` and `bodyChunks()` read it and check its size. */
  readonly body: WriteBody;
  /** What must hold for the write to happen, checked and applied in one atomic step. */
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
 * @category Drivers
 */
export interface AppendCall extends DriverCall {
  /** The bytes to add. */
  readonly bytes: Uint8Array;
  /** The size that the object must have; 0 also creates it. */
  readonly at: number;
  /** The version that the object must have. */
  readonly ifVersion?: ObjectVersion | undefined;
}

/**
 * A call of `StorageDriver.listObjects()`. Prefix and `after` are keys in the store.
 *
 * @category Drivers
 */
export interface ListCall extends Omit<DriverCall, "key"> {
  /** The text that keys must start with; it may be empty. */
  readonly prefix: string;
  /** Only keys after this one are wanted; empty for all. */
  readonly after: string;
  /** The number of entries that the caller wants, or `Infinity`: a hint for the size of pages. */
  readonly limit: number;
}

/**
 * What a driver reports about an object. The base adds the key.
 *
 * @category Drivers
 */
export type StoredInfo = Omit<ObjectInfo, "key">;

/**
 * The bytes of exactly the range that was asked for, as a stream.
 *
 * @category Drivers
 */
export interface StoredRange {
  /** What the store reports about the whole object. */
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
 * @category Drivers
 */
export interface StoredBytes {
  /** What the store reports about the object. */
  readonly info: StoredInfo;
  /** All bytes of the object. The base copies them. */
  readonly body: Uint8Array;
}

/**
 * The result of `StorageDriver.readObject()`.
 *
 * @category Drivers
 */
export type StoredBody = StoredBytes | StoredRange;
