import { validateBody } from "../kit/body.ts";
import { type Attempt, fail, refuseAborted } from "../kit/fail.ts";
import { validateList, validateWrite } from "../kit/options.ts";
import { disposedOf } from "../kit/preconditions.ts";
import { probe, type ProbeReport } from "../probe/mod.ts";
import { validateRange } from "../kit/range.ts";
import { S3Client } from "./_client.ts";
import { optionsFromEnv } from "./_env.ts";
import { faultError, readFault } from "./_errors.ts";
import { listObjects } from "./_list.ts";
import { headersOf } from "./_metadata.ts";
import { resolveOptions, S3_NAME, type S3AdapterOptions } from "./_options.ts";
import { S3Writer } from "./_put.ts";
import { readObject, statObject } from "./_read.ts";
import { uploadStream } from "./_upload.ts";
import type {
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
import { isValidKey, MAX_KEY_BYTES, utf8Length, validateKey } from "../validate_key.ts";

/** How many entries a page of a listing has at the most. */
const MOST_A_PAGE = 1000;

/**
 * Keeps objects in a bucket, by the protocol of Amazon S3.
 *
 * A write is one request, and so all or nothing; creation and swap are decided by the store, and
 * have one winner among all its clients (`probe()` finds the services that ignore conditions).
 * Streams up to 8 MiB are written so as well; longer ones go up in parts that appear together, which
 * excludes preconditions. There is no append. A version is an ETag: equal bytes may have an equal
 * one again. Requests are sent once, except those that the store says it did not apply as others
 * were in their way.
 *
 * @example Usage, here with a store that is not there
 * ```ts
 * import { S3Adapter } from "@flagstone/flagging/s3";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new S3Adapter({
 *   endpoint: "https://storage.example",
 *   bucket: "flags",
 *   accessKeyId: "id",
 *   secretAccessKey: "secret",
 *   fetch: () => Promise.resolve(new Response(null, { headers: { etag: '"5d41402a"' } })),
 * });
 * const { version } = await storage.write("a", new TextEncoder().encode("hello"), {
 *   precondition: "absent",
 * });
 * assertEquals<string>(version, "5d41402a");
 * ```
 */
export class S3Adapter implements StorageAdapter {
  /** The name for messages. */
  readonly name: string = S3_NAME;
  /** What this adapter promises. */
  readonly capabilities: Capabilities = {
    create: "store",
    swap: "store",
    append: "none",
    durable: true,
    versions: "content",
    metadata: true,
  };
  readonly #client: S3Client;
  readonly #writer: S3Writer;
  #disposed = false;

  /**
   * Makes an adapter; sends nothing yet.
   *
   * @throws {StorageError} `Misconfigured` where the options cannot be right
   */
  constructor(options: S3AdapterOptions) {
    this.#client = new S3Client(resolveOptions(options));
    this.#writer = new S3Writer(this.#client);
  }

  /**
   * Makes an adapter of the environment's variables: `S3_BUCKET`, `S3_ENDPOINT` (or
   * `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`), `AWS_REGION` (or `AWS_DEFAULT_REGION`),
   * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. Works in Deno, and where there
   * is `process.env`.
   *
   * @param options What shall not be taken from the environment
   * @throws {StorageError} `Misconfigured`, with the names of what is missing
   */
  static fromEnv(options: Partial<S3AdapterOptions> = {}): S3Adapter {
    return new S3Adapter(optionsFromEnv(options));
  }

  /**
   * Resolves with what is known of an object. For one that is missing two requests are sent: only
   * the second one's reply tells a missing object from a missing bucket, which rejects.
   */
  async stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    const attempt = this.#begin("stat", key, options);
    return await statObject(this.#client, key, { attempt, signal: options?.signal });
  }

  /** Reads an object or a part of it, in one request; a body that comes short errors. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadResult | null> {
    const attempt = this.#begin("read", key, options);
    validateRange(options.range, attempt);
    return await readObject(this.#client, key, options, attempt);
  }

  /**
   * Makes or replaces an object. Bytes, and streams up to 8 MiB, are one request; a longer stream
   * is an upload in parts of which nothing is left where it fails, and takes no precondition.
   */
  async write(key: string, body: WriteBody, options: WriteOptions = {}): Promise<ObjectInfo> {
    const attempt = this.#begin("write", key, options);
    validateWrite(options, this.capabilities, attempt);
    validateBody(body, options, attempt);
    const { precondition, signal, contentType, metadata } = options;
    const headers = headersOf(options, attempt);
    const request = { key, headers, precondition, attempt, signal };
    const { version, size } = body instanceof Uint8Array
      ? {
        version: await this.#writer.put({ ...request, bytes: unshared(body) }),
        size: body.length,
      }
      : await uploadStream([this.#client, this.#writer], body, request, options);
    return {
      key,
      size,
      version,
      ...(contentType === undefined ? {} : { contentType }),
      ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    };
  }

  /** Removes an object; resolves also where there is none. */
  async delete(key: string, options?: OperationOptions): Promise<void> {
    const attempt = this.#begin("delete", key, options);
    const context = { attempt, signal: options?.signal, mutates: true };
    const request = { method: "DELETE", key: this.#client.fullKey(key) } as const;
    const reply = await this.#client.send(request, context);
    if (reply.ok) return await reply.drop();
    const fault = await readFault(reply, context);
    if (fault.code !== "NoSuchKey") throw faultError(fault, context);
  }

  /** Lists objects in the order of their keys' UTF-8 bytes, 1000 a request. */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const attempt = this.#begin("list", undefined, options);
    validateList(options, attempt);
    const { prefix = "", after = "", limit = Infinity, signal } = options;
    // No object has a key that is no Unicode.
    if (limit === 0 || !prefix.isWellFormed()) return;
    const query = {
      prefix: this.#client.fullKey(prefix),
      after: after === "" ? "" : this.#client.fullKey(after.toWellFormed()),
      pageSize: limit < MOST_A_PAGE ? limit : undefined,
    };
    let listed = 0;
    for await (const entry of listObjects(this.#client, query, { attempt, signal })) {
      const key = entry.key.slice(this.#client.prefix.length);
      if (!isValidKey(key)) continue; // others may keep in the bucket what we cannot name
      yield { ...entry, key };
      if (++listed >= limit) return;
      refuseAborted(attempt, options);
    }
  }

  /** Examines whether the store keeps its conditions, with `probe()`; cleans up after itself. */
  probe(): Promise<ProbeReport> {
    return probe(this);
  }

  /** Ends the use of the adapter; it holds nothing. Calls after it reject. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    return Promise.resolve();
  }

  #begin(operation: string, key: string | undefined, options?: OperationOptions): Attempt {
    const attempt = { adapter: this.name, operation, key };
    if (this.#disposed) throw disposedOf(attempt);
    if (key !== undefined) {
      validateKey(key, this.name);
      this.#refuseLongKey(key, attempt);
    }
    refuseAborted(attempt, options);
    return attempt;
  }

  #refuseLongKey(key: string, attempt: Attempt): void {
    if (this.#client.prefix === "") return;
    if (utf8Length(this.#client.fullKey(key)) <= MAX_KEY_BYTES) return;
    throw fail(attempt, {
      code: "InvalidKey",
      why: `with the adapter's prefix it is longer than ${MAX_KEY_BYTES} bytes`,
      outcome: "not-applied",
    });
  }
}

/** WebCrypto and `fetch` take no memory that is shared between threads. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : bytes.slice();
}
