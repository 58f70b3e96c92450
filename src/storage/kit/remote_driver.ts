import type {
  CheckOptions,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";
import { checkConditions } from "./check_conditions.ts";
import type { Attempt } from "./fail.ts";
import { callInTime, listInTime, readInTime, refuseTime } from "./in_time.ts";
import { StorageDriver, type StorageDriverOptions } from "./storage_driver.ts";

/**
 * Options of the constructor of {@linkcode RemoteDriver}.
 *
 * @category Adapter authors
 */
export interface RemoteDriverOptions extends StorageDriverOptions {
  /** The time in milliseconds that a request may take without progress. @default {10_000} */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 10_000;

/** The slowest upload that is waited for: bytes a millisecond. */
const SLOWEST = 256;

/**
 * The base class of adapters whose store is reached over a network: a `StorageDriver` whose requests
 * reject with `TimedOut` if they make no progress, so that nothing waits for ever, and which checks that
 * the store honours conditional writes.
 *
 * @category Adapter authors
 */
export abstract class RemoteDriver extends StorageDriver {
  readonly #ms: number;

  /**
   * Creates an adapter. Nothing is sent yet.
   *
   * @throws {RangeError} If the time limit is not a number above 0
   */
  constructor(options: RemoteDriverOptions) {
    super(options);
    this.#ms = options.timeoutMs ?? TIMEOUT_MS;
    refuseTime(this.#ms);
  }

  /** Returns what the store reports about an object, or `null` if there is no such object. */
  override stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    return callInTime({
      attempt: this.#attempt("stat", key),
      signal: options?.signal,
      send: (change) => super.stat(key, { ...options, ...change }),
    }, this.#ms);
  }

  /** Reads an object or a part of it, or returns `null` if there is no such object. */
  override read(key: string, options?: ReadOptions): Promise<ReadResult | null> {
    return readInTime({
      attempt: this.#attempt("read", key),
      signal: options?.signal,
      send: (change) => super.read(key, { ...options, ...change }),
    }, this.#ms);
  }

  /** Creates or replaces an object, all or nothing. */
  override write(key: string, given: WriteBody, options?: WriteOptions): Promise<ObjectInfo> {
    return callInTime({
      attempt: this.#attempt("write", key),
      signal: options?.signal,
      body: given,
      slowest: SLOWEST,
      outcome: "unknown",
      send: ({ body = given, ...change }) => super.write(key, body, { ...options, ...change }),
    }, this.#ms);
  }

  /** Removes an object; succeeds if there is no such object. */
  override delete(key: string, options?: OperationOptions): Promise<void> {
    return callInTime({
      attempt: this.#attempt("delete", key),
      signal: options?.signal,
      outcome: "unknown",
      send: (change) => super.delete(key, { ...options, ...change }),
    }, this.#ms);
  }

  /** Lists objects in the order of their keys' UTF-8 bytes. */
  override list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const send = (options: ListOptions) => super.list(options);
    return listInTime({ attempt: this.#attempt("list"), options, send }, this.#ms);
  }

  /**
   * Checks by two conditional writes, of `flagstone-check` and `flagstone-check-swap`, that the store
   * refuses them. The first object stays. Does nothing if the adapter does not offer them.
   *
   * @throws {StorageError} `Misconfigured` if the store ignores conditions
   */
  async check(options: CheckOptions = {}): Promise<void> {
    const { create, swap } = this.capabilities;
    if (create !== "none" && swap !== "none") await checkConditions(this, options);
  }

  #attempt(operation: string, key?: string): Attempt {
    return { adapter: this.name, operation, key };
  }
}
