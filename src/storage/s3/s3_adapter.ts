import type {
  DriverCall,
  ListCall,
  ReadCall,
  StoredInfo,
  StoredRange,
  WriteCall,
} from "../kit/driver_calls.ts";
import { type PartUpload, uploadStream } from "../kit/part_upload.ts";
import { RemoteDriver } from "../kit/remote_driver.ts";
import { probe, type ProbeReport } from "../probe/mod.ts";
import type { ObjectInfo, ObjectVersion } from "../storage_adapter.ts";
import { S3Client } from "./_client.ts";
import { optionsFromEnv } from "./_env.ts";
import { faultError, readFault } from "./_errors.ts";
import { listObjects } from "./_list.ts";
import { headersOf } from "./_metadata.ts";
import { MultipartUpload } from "./_multipart.ts";
import { resolveOptions, S3_NAME, type S3AdapterOptions } from "./_options.ts";
import { S3Writer } from "./_put.ts";
import { readObject, statObject } from "./_read.ts";

/** The largest number of entries that S3 returns in one page of a listing. */
const MOST_A_PAGE = 1000;

/**
 * Keeps objects in a bucket of Amazon S3, or of a service with the same protocol.
 *
 * A write is one request, and so all or nothing. The store decides creation and swap, which have one
 * winner among all its clients (`probe()` finds services that ignore conditions). Streams up to 8 MiB
 * are written in one request as well; longer ones go up in parts that appear together, and take no
 * precondition. There is no append. A version is an ETag: equal bytes may have an equal version.
 * Requests are sent once, unless the store reports that it did not apply one because of others. One that
 * makes no progress for 10 seconds rejects with `TimedOut`.
 *
 * @category Storage adapters
 *
 * @example Usage, here with a stub of a store
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
export class S3Adapter extends RemoteDriver {
  readonly #client: S3Client;
  readonly #writer: S3Writer;
  readonly #writeHeaders: S3AdapterOptions["writeHeaders"];

  /**
   * Creates an adapter. Nothing is sent yet.
   *
   * @throws {StorageError} `Misconfigured` if the options cannot be right
   */
  constructor(options: S3AdapterOptions) {
    const config = resolveOptions(options);
    const conditional = options.conditions === "none" ? "none" : "store";
    super({
      name: S3_NAME,
      prefix: config.prefix,
      timeoutMs: options.timeoutMs,
      capabilities: { create: conditional, swap: conditional, durable: true, metadata: true },
    });
    this.#client = new S3Client({ ...config, prefix: "" });
    this.#writer = new S3Writer(this.#client);
    this.#writeHeaders = options.writeHeaders;
  }

  /**
   * Creates an adapter from environment variables: `S3_BUCKET`, `S3_ENDPOINT` (or
   * `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`), `AWS_REGION` (or `AWS_DEFAULT_REGION`),
   * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. Works in Deno, and in runtimes
   * with `process.env`.
   *
   * @param options Options that replace those of the environment
   * @throws {StorageError} `Misconfigured`, with the names of the variables that are missing
   */
  static fromEnv(options: Partial<S3AdapterOptions> = {}): S3Adapter {
    return new S3Adapter(optionsFromEnv(options));
  }

  /** Checks thoroughly with `probe()` that the store honours conditions. Removes what it writes. */
  probe(): Promise<ProbeReport> {
    return probe(this);
  }

  /** Sends a second request for a missing object, to distinguish it from a missing bucket. */
  protected override statObject(call: DriverCall): Promise<ObjectInfo | null> {
    return statObject(this.#client, call.key, call);
  }

  /** Opens an object or a part of it. */
  protected override readObject(call: ReadCall): Promise<StoredRange | null> {
    return readObject(this.#client, call.key, call, call.attempt);
  }

  /** Writes an object in one atomic step. */
  protected override async writeObject(call: WriteCall): Promise<StoredInfo> {
    const { body, contentType, metadata } = call;
    const headers = { ...this.#writeHeaders, ...headersOf(call, call.attempt) };
    const { version, size } = await this.#send(call, headers);
    const kept = contentType === undefined ? {} : { contentType };
    const named = metadata === undefined ? {} : { metadata: { ...metadata } };
    return { size: body instanceof Uint8Array ? body.length : size, version, ...kept, ...named };
  }

  /** Removes an object. */
  protected override async deleteObject({ key, attempt, signal }: DriverCall): Promise<void> {
    const context = { attempt, signal, mutates: true };
    const reply = await this.#client.send({ method: "DELETE", key }, context);
    if (reply.ok) return await reply.drop();
    const fault = await readFault(reply, context);
    if (fault.code !== "NoSuchKey") throw faultError(fault, context);
  }

  /** Lists objects, page by page. */
  protected override listObjects(
    { attempt, signal, prefix, after, limit }: ListCall,
  ): AsyncIterable<ObjectInfo> {
    const pageSize = limit < MOST_A_PAGE ? limit : undefined;
    const query = { prefix, after: after.toWellFormed(), pageSize };
    return listObjects(this.#client, query, { attempt, signal });
  }

  /** Sends a body: bytes in one request, a stream in parts if it is long. */
  async #send(
    call: WriteCall,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ version: ObjectVersion; size: number }> {
    const { key, body, precondition, attempt, signal } = call;
    const put = (bytes: Uint8Array<ArrayBuffer>): Promise<ObjectVersion> => {
      return this.#writer.put({ key, headers, precondition, attempt, signal, bytes });
    };
    if (body instanceof Uint8Array) {
      return { version: await put(unshared(body)), size: body.length };
    }
    const { written, size } = await uploadStream(call, {
      putWhole: put,
      begin: (signal) => this.#begin(call, headers, signal),
    });
    return { version: written, size };
  }

  async #begin(
    { key, attempt }: WriteCall,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<PartUpload<ObjectVersion>> {
    const context = { attempt, signal, mutates: true };
    const upload = await MultipartUpload.begin(this.#client, key, headers, context);
    return {
      put: (number, bytes) => upload.put(number, bytes, context),
      complete: () => upload.complete(context),
      abort: () => upload.abort(context),
    };
  }
}

/** WebCrypto and `fetch` refuse memory that is shared between threads. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : bytes.slice();
}
