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
import { isStorageError, type Outcome, type StorageError } from "../storage_error.ts";
import { compareKeys, isValidKey } from "../validate_key.ts";
import { refuseTooLarge, validateBody } from "./body.ts";
import { bytesStream } from "./bytes_stream.ts";
import type {
  AppendCall,
  DriverCall,
  ListCall,
  ReadCall,
  StoredBody,
  StoredInfo,
  WriteCall,
} from "./driver_calls.ts";
import { type Attempt, fail, refuseAborted } from "./fail.ts";
import { Namespace } from "./namespace.ts";
import { validateAppend, validateList, validateWrite } from "./options.ts";
import { disposedOf, refuseVersion, unmet } from "./preconditions.ts";
import { resolveRange, validateRange } from "./range.ts";

/**
 * Options of the constructor of {@linkcode StorageDriver}.
 *
 * @category Adapter authors
 */
export interface StorageDriverOptions {
  /** The adapter's name, for messages. */
  readonly name: string;
  /**
   * The capabilities that the adapter promises. The base refuses every call that needs others.
   *
   * @default {nothing: no create, swap or append, not durable, versions "content", no metadata}
   */
  readonly capabilities?: Partial<Capabilities> | undefined;
  /** The prefix of all keys in the store, with or without its final `/`. @default {""} */
  readonly prefix?: string | undefined;
}

const NOTHING: Capabilities = {
  create: "none",
  swap: "none",
  append: "none",
  durable: false,
  versions: "content",
  metadata: false,
};

/**
 * The base class of adapters: a subclass implements a few primitives, and inherits the public
 * methods of `StorageAdapter`.
 *
 * Each public method checks the key, the options, the capabilities, the signal and disposal before
 * it calls a primitive, and adds the prefix to keys. A primitive therefore never receives an
 * invalid call. If it throws an error that is not a `StorageError`,
 * {@linkcode StorageDriver.toStorageError} translates it.
 *
 * `conformance()` of `@flagstone/flagging/testing` tests that the result keeps the contract.
 *
 * @category Adapter authors
 *
 * @example An adapter over a Map
 * ```ts
 * import { bodyBytes, StorageDriver, type WriteCall } from "@flagstone/flagging/adapter";
 * import type { DriverCall, ListCall, StoredInfo } from "@flagstone/flagging/adapter";
 * import type { ObjectVersion } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * class MapAdapter extends StorageDriver {
 *   readonly #objects = new Map<string, { info: StoredInfo; body: Uint8Array }>();
 *   #writes = 0;
 *
 *   constructor() {
 *     super({ name: "map", capabilities: { versions: "unique" } });
 *   }
 *   protected override statObject({ key }: DriverCall) {
 *     return this.#objects.get(key)?.info ?? null;
 *   }
 *   protected override readObject({ key }: DriverCall) {
 *     return this.#objects.get(key) ?? null;
 *   }
 *   protected override async writeObject(call: WriteCall) {
 *     const body = (await bodyBytes(call)).slice();
 *     const info = { size: body.length, version: `${++this.#writes}` as ObjectVersion };
 *     this.#objects.set(call.key, { info, body });
 *     return info;
 *   }
 *   protected override deleteObject({ key }: DriverCall) {
 *     this.#objects.delete(key);
 *   }
 *   protected override *listObjects(_call: ListCall) {
 *     for (const key of [...this.#objects.keys()].sort()) {
 *       yield { key, ...this.#objects.get(key)!.info };
 *     }
 *   }
 * }
 *
 * const storage = new MapAdapter();
 * await storage.write("a", new TextEncoder().encode("hello"));
 * const found = await storage.read("a", { range: { last: 2 } });
 * assertEquals(await new Response(found?.body).text(), "lo");
 * ```
 */
export abstract class StorageDriver implements StorageAdapter {
  /** The adapter's name, for messages. */
  readonly name: string;
  /** The capabilities that the adapter promises. */
  readonly capabilities: Capabilities;
  /** See `StorageAdapter.append`; missing if the capabilities do not declare it. */
  readonly append?: NonNullable<StorageAdapter["append"]>;
  readonly #space: Namespace;
  #disposed = false;

  /**
   * Creates an adapter. Nothing is read or written yet.
   *
   * @throws {StorageError} `InvalidKey` if the prefix cannot start a key
   */
  constructor({ name, capabilities, prefix = "" }: StorageDriverOptions) {
    this.name = name;
    this.capabilities = { ...NOTHING, ...capabilities };
    this.#space = new Namespace(name, prefix);
    if (this.capabilities.append !== "none") {
      this.append = (key, bytes, options) => this.#append(key, bytes, options);
    }
  }

  /** Returns what the store reports about an object, or `null` if there is no such object. */
  protected abstract statObject(call: DriverCall): Promise<StoredInfo | null> | StoredInfo | null;

  /** Returns an object and its bytes, or `null` if there is no such object. */
  protected abstract readObject(call: ReadCall): Promise<StoredBody | null> | StoredBody | null;

  /**
   * Creates or replaces an object in one atomic step, or returns `null` if the precondition does
   * not hold: the base then throws a `Conflict`.
   */
  protected abstract writeObject(call: WriteCall): Promise<StoredInfo | null> | StoredInfo | null;

  /**
   * Adds bytes to an object in one atomic step, or returns `null` if the object has another size or
   * version. Called only if the capabilities declare `append`.
   */
  protected appendObject(call: AppendCall): Promise<StoredInfo | null> | StoredInfo | null {
    const why = "the adapter declares append but does not implement appendObject()";
    throw fail(call.attempt, { code: "Unsupported", why, outcome: "not-applied" });
  }

  /** Removes an object; succeeds if there is no such object. */
  protected abstract deleteObject(call: DriverCall): Promise<void> | void;

  /**
   * Yields objects in the order of their keys' UTF-8 bytes. The base drops entries that are outside
   * the prefix, not after `after`, or not valid keys, and stops at the limit; a store that can
   * filter should do so, to transfer less.
   */
  protected abstract listObjects(call: ListCall): AsyncIterable<ObjectInfo> | Iterable<ObjectInfo>;

  /** Releases the resources of the adapter. Called once. */
  protected close(): Promise<void> | void {}

  /**
   * Translates an error of the store. By default its code is `Unknown`.
   *
   * @param error The error that a primitive threw
   * @param attempt The operation that failed
   * @param outcome `"unknown"` for a mutation, `undefined` for other operations
   */
  protected toStorageError(
    error: unknown,
    attempt: Attempt,
    outcome: Outcome | undefined,
  ): StorageError {
    const why = error instanceof Error ? error.message : String(error);
    return fail(attempt, { code: "Unknown", why, outcome, cause: error });
  }

  /** Returns what the store reports about an object, or `null` if there is no such object. */
  async stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    const call = this.#begin("stat", key, options);
    try {
      const info = await this.statObject(call);
      return info && named(key, info);
    } catch (error) {
      throw this.#errorOf(error, call);
    }
  }

  /** Reads an object or a part of it, or returns `null` if there is no such object. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadResult | null> {
    const call: ReadCall = { ...options, ...this.#begin("read", key, options) };
    validateRange(call.range, call.attempt);
    try {
      const found = await this.readObject(call);
      return found && toResult(key, found, call);
    } catch (error) {
      throw this.#errorOf(error, call);
    }
  }

  /** Creates or replaces an object, all or nothing. */
  async write(key: string, body: WriteBody, options: WriteOptions = {}): Promise<ObjectInfo> {
    const call: WriteCall = {
      ...options,
      ...this.#begin("write", key, options),
      body,
      maxBytes: this.capabilities.maxObjectBytes,
    };
    const { attempt } = call;
    validateWrite(options, this.capabilities, attempt);
    validateBody(call);
    try {
      const info = await this.writeObject(call);
      if (info === null) throw unmet(call);
      return named(key, info);
    } catch (error) {
      throw this.#errorOf(error, call, "unknown");
    }
  }

  /** Removes an object; succeeds if there is no such object. */
  async delete(key: string, options?: OperationOptions): Promise<void> {
    const call = this.#begin("delete", key, options);
    try {
      await this.deleteObject(call);
    } catch (error) {
      throw this.#errorOf(error, call, "unknown");
    }
  }

  /**
   * Lists objects in the order of their keys' UTF-8 bytes. Names that are not valid keys are
   * skipped.
   */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const call = this.#begin("list", undefined, options);
    const { attempt } = call;
    validateList(options, attempt);
    const { limit = Infinity, prefix = "", after = "" } = options;
    if (limit === 0 || !prefix.isWellFormed()) return;
    const inside = this.#space.prefix;
    let listed = 0;
    try {
      for await (
        const info of this.listObjects({
          ...call,
          limit,
          prefix: inside + prefix,
          after: after && inside + after,
        })
      ) {
        const key = this.#space.keyOf(info.key);
        if (!key?.startsWith(prefix) || compareKeys(key, after) <= 0 || !isValidKey(key)) continue;
        refuseAborted(attempt, options);
        yield { ...info, key };
        if (++listed >= limit) return;
      }
    } catch (error) {
      throw this.#errorOf(error, call);
    }
  }

  /** Disposes of the adapter. Idempotent; calls after disposal reject. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.close();
  }

  async #append(key: string, bytes: Uint8Array, options: AppendOptions): Promise<ObjectInfo> {
    const { key: inside, attempt, signal } = this.#begin("append to", key, options);
    // Without spreads, because every flag passes through here.
    const call: AppendCall = {
      key: inside,
      attempt,
      signal,
      bytes,
      at: options?.at,
      ifVersion: options?.ifVersion,
      cut: options?.cut,
    };
    validateAppend(call, this.capabilities);
    refuseTooLarge(call.at + bytes.length, {
      attempt,
      maxBytes: this.capabilities.maxObjectBytes,
    });
    try {
      const info = await this.appendObject(call);
      if (info === null) throw unmet(call);
      return named(key, info);
    } catch (error) {
      throw this.#errorOf(error, call, "unknown");
    }
  }

  #begin(operation: string, key: string | undefined, options?: OperationOptions): DriverCall {
    const attempt: Attempt = { adapter: this.name, operation, key };
    if (this.#disposed) throw disposedOf(attempt);
    const inside = key === undefined ? "" : this.#space.inside(key);
    refuseAborted(attempt, options);
    return { key: inside, attempt, signal: options?.signal };
  }

  #errorOf(error: unknown, { attempt }: DriverCall, outcome?: Outcome): StorageError {
    return isStorageError(error) ? error : this.toStorageError(error, attempt, outcome);
  }
}

/** Adds the key. Most drivers report it already, which saves an object for each flag. */
function named(key: string, info: StoredInfo & { readonly key?: string }): ObjectInfo {
  return info.key === key ? info as ObjectInfo : { ...info, key };
}

function toResult(key: string, found: StoredBody, call: ReadCall): ReadResult {
  const info = named(key, found.info);
  if (!(found.body instanceof Uint8Array)) return { ...found as ReadResult, info };
  refuseVersion(call.ifVersion, info.version, call.attempt);
  const { start, end } = resolveRange(call.range, info.size, call.attempt);
  return { info, start, end, body: bytesStream(found.body.subarray(start, end), call.signal) };
}
