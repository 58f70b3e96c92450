import { validateBody } from "../kit/body.ts";
import { type Attempt, fail, refuseAborted } from "../kit/fail.ts";
import { Namespace } from "../kit/namespace.ts";
import { validateList, validateWrite } from "../kit/options.ts";
import { disposedOf } from "../kit/preconditions.ts";
import type { R2BucketLike, R2ConditionLike, R2MetadataOptionsLike } from "./_bucket.ts";
import { ask } from "./_call.ts";
import { infoOf, isEtag, readR2, statR2 } from "./_read.ts";
import { SINGLE_BYTES, unconditional, uploadR2 } from "./_upload.ts";
import { probe, type ProbeReport } from "../probe/mod.ts";
import { validateRange } from "../kit/range.ts";
import type {
  Capabilities,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  Precondition,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";
import { isValidKey } from "../validate_key.ts";

/** Options of {@linkcode R2Adapter}. */
export interface R2AdapterOptions {
  /** The directory of the bucket that the keys lie below. @default {""} */
  readonly prefix?: string | undefined;
}

/** How many entries a page of a listing has at the most. */
const MOST_A_PAGE = 1000;

/**
 * Keeps objects in a bucket of Cloudflare R2, by the binding that a Worker has of it.
 *
 * A write is one request, and so all or nothing; creation and swap are decided by R2, and have one
 * winner among all its clients. Streams up to 8 MiB are written so as well; longer ones go up in
 * parts that appear together, which excludes preconditions. There is no append. A version is an
 * ETag: equal bytes may have an equal one again. R2 takes about one write a second of one key, and
 * answers others with `RateLimited`.
 *
 * The binding cannot be told to stop: an aborted mutation rejects at once with the outcome
 * `"unknown"`, and goes on.
 *
 * @example Usage, here with a binding that is not there
 * ```ts
 * import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
 * import { assertEquals } from "@std/assert";
 *
 * const env = { BUCKET: { head: () => Promise.resolve(null) } as unknown as R2BucketLike };
 * const storage = new R2Adapter(env.BUCKET, { prefix: "flags" });
 * assertEquals(await storage.stat("a"), null);
 * ```
 */
export class R2Adapter implements StorageAdapter {
  /** The name for messages. */
  readonly name: string = "r2";
  /** What this adapter promises. */
  readonly capabilities: Capabilities = {
    create: "store",
    swap: "store",
    append: "none",
    durable: true,
    versions: "content",
    metadata: true,
  };
  readonly #bucket: R2BucketLike;
  readonly #space: Namespace;
  #disposed = false;

  /**
   * Makes an adapter; sends nothing yet.
   *
   * @throws {StorageError} `InvalidKey` if the prefix could not be a key
   */
  constructor(bucket: R2BucketLike, options: R2AdapterOptions = {}) {
    this.#bucket = bucket;
    this.#space = new Namespace(this.name, options.prefix ?? "");
  }

  /** Resolves with what is known of an object, or `null`. */
  async stat(key: string, options: OperationOptions = {}): Promise<ObjectInfo | null> {
    const { attempt, inside } = this.#begin("stat", key, options);
    return await statR2({ bucket: this.#bucket, inside, attempt, options });
  }

  /** Reads an object or a part of it, in one request; a body that comes short errors. */
  async read(key: string, options: ReadOptions = {}): Promise<ReadResult | null> {
    const { attempt, inside } = this.#begin("read", key, options);
    validateRange(options.range, attempt);
    return await readR2({ bucket: this.#bucket, inside, attempt, options });
  }

  /**
   * Makes or replaces an object. Bytes, and streams up to 8 MiB, are one request; a longer stream
   * is an upload in parts of which nothing is left where it fails, and takes no precondition.
   */
  async write(key: string, body: WriteBody, options: WriteOptions = {}): Promise<ObjectInfo> {
    const { attempt, inside } = this.#begin("write", key, options);
    validateWrite(options, this.capabilities, attempt);
    validateBody(body, options, attempt);
    const bucket = this.#bucket;
    const { signal, precondition, size = 0 } = options;
    const onlyIf = conditionOf(precondition, attempt);
    const metadata = metadataOf(options, attempt);
    let bytes = body;
    if (bytes instanceof ReadableStream) {
      if (onlyIf !== undefined && size > SINGLE_BYTES) throw unconditional(attempt);
      const done = await uploadR2(bytes, { bucket, inside, attempt, options, metadata });
      if (!(done instanceof Uint8Array)) return infoOf(done, key);
      bytes = done;
    }
    const object = await ask(
      { attempt, signal, unheard: "unknown" },
      () => bucket.put(inside, bytes, { ...metadata, ...(onlyIf === undefined ? {} : { onlyIf }) }),
    );
    if (object === null) throw unmet(precondition, attempt);
    return infoOf(object, key);
  }

  /** Removes an object; resolves also where there is none. */
  async delete(key: string, options: OperationOptions = {}): Promise<void> {
    const { attempt, inside } = this.#begin("delete", key, options);
    const context = { attempt, signal: options.signal, unheard: "unknown" } as const;
    await ask(context, () => this.#bucket.delete(inside));
  }

  /** Lists objects in the order of their keys' UTF-8 bytes; names that are no keys are skipped. */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const { attempt } = this.#begin("list", undefined, options);
    validateList(options, attempt);
    const { prefix = "", after: startAfter } = this.#space.listing(options);
    const { limit = Infinity, signal } = options;
    let from: { startAfter?: string; cursor?: string } = startAfter ? { startAfter } : {};
    let listed = 0;
    while (listed < limit) {
      refuseAborted(attempt, options);
      const page = await ask({ attempt, signal }, () =>
        this.#bucket.list({
          prefix,
          limit: Math.min(MOST_A_PAGE, limit - listed),
          include: ["httpMetadata", "customMetadata"],
          ...from,
        }));
      for (const object of page.objects) {
        const info = this.#space.outside(infoOf(object, object.key));
        if (!isValidKey(info.key)) continue;
        refuseAborted(attempt, options);
        listed++;
        yield info;
      }
      if (!page.truncated) return;
      if (page.cursor === undefined) {
        throw fail(attempt, { code: "Corrupt", why: "a page of R2 does not tell the next one" });
      }
      from = { cursor: page.cursor };
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

  #begin(
    operation: string,
    key: string | undefined,
    options: OperationOptions,
  ): { attempt: Attempt; inside: string } {
    const attempt = { adapter: this.name, operation, key };
    if (this.#disposed) throw disposedOf(attempt);
    const inside = key === undefined ? "" : this.#space.inside(key);
    refuseAborted(attempt, options);
    return { attempt, inside };
  }
}

function unmet(precondition: Precondition | undefined, attempt: Attempt): StorageError {
  const why = precondition === "absent" ? "it exists" : "the version changed, or it does not exist";
  return fail(attempt, { code: "Conflict", why, outcome: "not-applied" });
}

/** R2's form of a precondition. */
function conditionOf(
  precondition: Precondition | undefined,
  attempt: Attempt,
): R2ConditionLike | undefined {
  if (precondition === undefined) return undefined;
  if (precondition === "absent") return { etagDoesNotMatch: "*" };
  if (!isEtag(precondition.version)) throw unmet(precondition, attempt);
  return { etagMatches: precondition.version };
}

/** R2's form of what is kept with an object. */
function metadataOf(
  { contentType, metadata }: WriteOptions,
  attempt: Attempt,
): R2MetadataOptionsLike {
  const isText = (text: unknown) => typeof text === "string" && text.isWellFormed();
  if (metadata !== undefined && !Object.entries(metadata).flat().every(isText)) {
    const why = "its metadata is no record of well-formed texts";
    throw fail(attempt, { code: "InvalidArgument", why, outcome: "not-applied" });
  }
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    ...(metadata === undefined ? {} : { customMetadata: { ...metadata } }),
  };
}
