import { concat } from "@std/bytes/concat";
import { chunksOf, validateBody } from "./kit/body.ts";
import { type Attempt, fail, refuseAborted } from "./kit/fail.ts";
import { validateAppend, validateList, validateWrite } from "./kit/options.ts";
import {
  disposedOf,
  refuseOffset,
  refusePrecondition,
  refuseVersion,
} from "./kit/preconditions.ts";
import { resolveRange, validateRange } from "./kit/range.ts";
import type {
  AppendOptions,
  Capabilities,
  ListOptions,
  ObjectInfo,
  ObjectVersion,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "./storage_adapter.ts";
import { compareKeys, validateKey } from "./validate_key.ts";

/** Options of {@linkcode MemoryAdapter}. */
export interface MemoryAdapterOptions {
  /** The name for messages. @default {"memory"} */
  readonly name?: string | undefined;
  /**
   * What the adapter shall not promise, so that a program can be tested as on a weaker store:
   * `{ append: "none", versions: "content" }` is an S3-like one. A scope may only become `"none"`.
   */
  readonly capabilities?: Partial<Capabilities> | undefined;
}

interface StoredObject {
  /** Grown ahead of `size`, so that many appends do not copy the object each time. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly info: ObjectInfo;
}

const CHUNK_BYTES = 64 * 1024;

/** FNV-1a over the bytes: equal bytes give an equal version, as an ETag does. */
function contentVersion(bytes: Uint8Array): ObjectVersion {
  let low = 0x811c9dc5;
  let high = 0xc9dc5118;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x01000197);
  }
  return `${bytes.length}-${(low >>> 0).toString(16)}${(high >>> 0).toString(16)}` as ObjectVersion;
}

/** What the caller does to it does not reach the store. */
function copyOf({ modified, metadata, ...info }: ObjectInfo): ObjectInfo {
  return {
    ...info,
    ...(modified === undefined ? {} : { modified: new Date(modified) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}

/** A stream of copies: what the reader does to them does not reach the store. */
function streamOf(
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (signal?.aborted) return controller.error(signal.reason);
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + CHUNK_BYTES));
      offset += CHUNK_BYTES;
    },
  }, { highWaterMark: 0 });
}

/**
 * Keeps objects in the memory of this process: for tests, and as the model of every other adapter.
 *
 * Every write is atomic, and what was written is gone with the process. Bodies are copied on their
 * way in and out.
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await storage.write("a", new TextEncoder().encode("hello"));
 * const found = await storage.read("a");
 * assertEquals(await new Response(found?.body).text(), "hello");
 * ```
 */
export class MemoryAdapter implements StorageAdapter {
  /** The name for messages. */
  readonly name: string;
  /** What this adapter promises. */
  readonly capabilities: Capabilities;
  /** See {@linkcode StorageAdapter.append}; missing where the options narrow it away. */
  readonly append?: (
    key: string,
    bytes: Uint8Array,
    options: AppendOptions,
  ) => Promise<ObjectInfo>;
  #objects: Map<string, StoredObject> = new Map();
  #writes = 0;
  #disposed = false;

  /** Makes an empty store. */
  constructor(options: MemoryAdapterOptions = {}) {
    this.name = options.name ?? "memory";
    this.capabilities = {
      create: "process",
      swap: "process",
      append: "process",
      durable: false,
      versions: "unique",
      metadata: true,
      ...options.capabilities,
    };
    if (this.capabilities.append !== "none") {
      this.append = (key, bytes, options) => this.#append(key, bytes, options);
    }
  }

  #begin(
    operation: string,
    key: string | undefined,
    options?: OperationOptions,
  ): Attempt {
    const attempt = { adapter: this.name, operation, key };
    if (this.#disposed) throw disposedOf(attempt);
    if (key !== undefined) validateKey(key, this.name);
    refuseAborted(attempt, options);
    return attempt;
  }

  #version(bytes: Uint8Array): ObjectVersion {
    return this.capabilities.versions === "content"
      ? contentVersion(bytes)
      : `${++this.#writes}` as ObjectVersion;
  }

  /** Resolves with what is known of an object, or `null`. */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async stat(
    key: string,
    options?: OperationOptions,
  ): Promise<ObjectInfo | null> {
    this.#begin("stat", key, options);
    const object = this.#objects.get(key);
    return object === undefined ? null : copyOf(object.info);
  }

  /** Reads an object or a part of it as it is now; later writes do not reach the body. */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async read(
    key: string,
    options: ReadOptions = {},
  ): Promise<ReadResult | null> {
    const attempt = this.#begin("read", key, options);
    validateRange(options.range, attempt);
    const object = this.#objects.get(key);
    if (object === undefined) return null;
    const { buffer, info } = object;
    refuseVersion(options.ifVersion, info.version, attempt);
    const { start, end } = resolveRange(options.range, info.size, attempt);
    return {
      info,
      start,
      end,
      body: streamOf(buffer.subarray(start, end), options.signal),
    };
  }

  /** Makes or replaces an object in one step. */
  async write(
    key: string,
    body: WriteBody,
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    const attempt = this.#begin("write", key, options);
    validateWrite(options, this.capabilities, attempt);
    validateBody(body, options, attempt);
    this.#refuseTooLarge(body instanceof Uint8Array ? body.length : 0, attempt);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunksOf(body, options, attempt)) {
      size += chunk.length;
      this.#refuseTooLarge(size, attempt);
      chunks.push(body instanceof Uint8Array ? chunk : chunk.slice());
    }
    refusePrecondition(options.precondition, this.#objects.get(key)?.info.version, attempt);
    const { contentType, metadata } = options;
    return this.#put(key, concat(chunks), size, {
      ...(contentType === undefined ? {} : { contentType }),
      ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    });
  }

  // deno-lint-ignore require-await -- what it throws must be a rejection
  async #append(
    key: string,
    bytes: Uint8Array,
    options: AppendOptions,
  ): Promise<ObjectInfo> {
    const attempt = this.#begin("append to", key, options);
    validateAppend(bytes, options, attempt);
    const object = this.#objects.get(key);
    const size = object?.info.size ?? 0;
    refuseOffset(options, object?.info, attempt);
    if (object !== undefined && bytes.length === 0) return copyOf(object.info);
    this.#refuseTooLarge(size + bytes.length, attempt);
    let buffer = object?.buffer ?? new Uint8Array(bytes.length);
    if (buffer.length < size + bytes.length) {
      const grown = new Uint8Array(
        Math.max(2 * buffer.length, size + bytes.length),
      );
      grown.set(buffer.subarray(0, size));
      buffer = grown;
    }
    buffer.set(bytes, size);
    const { contentType, metadata } = object?.info ?? {};
    return this.#put(key, buffer, size + bytes.length, {
      ...(contentType === undefined ? {} : { contentType }),
      ...(metadata === undefined ? {} : { metadata }),
    });
  }

  /** Removes an object; resolves also where there is none. */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async delete(key: string, options?: OperationOptions): Promise<void> {
    this.#begin("delete", key, options);
    this.#objects.delete(key);
  }

  /** Lists objects in the order of their keys' UTF-8 bytes. */
  async *list(
    options: ListOptions = {},
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    const attempt = this.#begin("list", undefined, options);
    validateList(options, attempt);
    const { prefix = "", after = "", limit = Infinity, signal } = options;
    const keys = [...this.#objects.keys()]
      .filter((key) => key.startsWith(prefix) && compareKeys(key, after) > 0)
      .sort(compareKeys);
    let listed = 0;
    for (const key of keys) {
      if (listed >= limit) return;
      refuseAborted(attempt, { signal });
      const object = this.#objects.get(key);
      if (object === undefined) continue;
      listed++;
      yield await Promise.resolve(copyOf(object.info));
    }
  }

  /** Frees the objects. Idempotent; calls after it reject. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#objects.clear();
    return Promise.resolve();
  }

  #put(
    key: string,
    buffer: Uint8Array<ArrayBuffer>,
    size: number,
    kept: Pick<ObjectInfo, "contentType" | "metadata">,
  ): ObjectInfo {
    const version = this.#version(buffer.subarray(0, size));
    const info: ObjectInfo = {
      key,
      size,
      version,
      modified: new Date(),
      ...kept,
    };
    this.#objects.set(key, { buffer, info });
    return copyOf(info);
  }

  #refuseTooLarge(size: number, attempt: Attempt): void {
    const { maxObjectBytes = Infinity } = this.capabilities;
    if (size <= maxObjectBytes) return;
    throw fail(attempt, {
      code: "TooLarge",
      why: `objects must not exceed ${maxObjectBytes} bytes`,
      outcome: "not-applied",
    });
  }
}
