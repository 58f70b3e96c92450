import type {
  DriverCall,
  ListCall,
  ReadCall,
  StoredInfo,
  StoredRange,
  WriteCall,
} from "../kit/driver_calls.ts";
import { type Attempt, fail, refuseAborted } from "../kit/fail.ts";
import { type PartUpload, uploadStream } from "../kit/part_upload.ts";
import { unmet } from "../kit/preconditions.ts";
import { RemoteDriver } from "../kit/remote_driver.ts";
import { probe, type ProbeReport } from "../probe/mod.ts";
import type { ObjectInfo, Precondition } from "../storage_adapter.ts";
import type {
  R2BucketLike,
  R2ConditionLike,
  R2MetadataOptionsLike,
  R2ObjectLike,
  R2UploadedPartLike,
} from "./_bucket.ts";
import { ask } from "./_call.ts";
import { infoOf, isEtag, readR2, statR2 } from "./_read.ts";

/**
 * Options of {@linkcode R2Adapter}.
 *
 * @category Storage adapters
 */
export interface R2AdapterOptions {
  /** The directory in the bucket that all keys are below, with or without its final `/`. @default {""} */
  readonly prefix?: string | undefined;
  /**
   * The time in milliseconds that a request may take without progress: before its answer, then for each
   * chunk of a body. A write has a millisecond more for each 256 bytes.
   *
   * @default {10_000}
   */
  readonly timeoutMs?: number | undefined;
}

/** The largest number of entries in one page of a listing. */
const MOST_A_PAGE = 1000;

/**
 * Keeps objects in a bucket of Cloudflare R2 by its binding in a Worker.
 *
 * A write is one request, and so all or nothing. R2 decides creation and swap, which have one winner
 * among all its clients. Streams up to 8 MiB are written in one request as well; longer ones go up in
 * parts that appear together, and take no precondition. There is no append. A version is an ETag:
 * equal bytes may have an equal version. R2 accepts about one write per second and key, and answers
 * others with `RateLimited`.
 *
 * The binding cannot be aborted: an aborted mutation rejects immediately with the outcome `"unknown"`
 * and continues.
 *
 * @category Storage adapters
 *
 * @example Usage, here with a stub of a binding
 * ```ts
 * import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
 * import { assertEquals } from "@std/assert";
 *
 * const env = { BUCKET: { head: () => Promise.resolve(null) } as unknown as R2BucketLike };
 * const storage = new R2Adapter(env.BUCKET, { prefix: "flags" });
 * assertEquals(await storage.stat("a"), null);
 * ```
 */
export class R2Adapter extends RemoteDriver {
  readonly #bucket: R2BucketLike;

  /**
   * Creates an adapter. Nothing is sent yet.
   *
   * @throws {StorageError} `InvalidKey` if the prefix cannot start a key
   */
  constructor(bucket: R2BucketLike, options: R2AdapterOptions = {}) {
    super({
      name: "r2",
      prefix: options.prefix,
      timeoutMs: options.timeoutMs,
      capabilities: { create: "store", swap: "store", durable: true, metadata: true },
    });
    this.#bucket = bucket;
  }

  /** Checks thoroughly with `probe()` that the store honours conditions. Removes what it writes. */
  probe(): Promise<ProbeReport> {
    return probe(this);
  }

  /** Returns what the store reports about an object. */
  protected override statObject(call: DriverCall): Promise<StoredInfo | null> {
    return statR2(this.#bucket, call);
  }

  /** Opens an object or a part of it. */
  protected override readObject(call: ReadCall): Promise<StoredRange | null> {
    return readR2(this.#bucket, call);
  }

  /** Writes an object in one atomic step. */
  protected override async writeObject(call: WriteCall): Promise<StoredInfo | null> {
    const { body, attempt, precondition } = call;
    const onlyIf = conditionOf(precondition, attempt);
    const metadata = metadataOf(call, attempt);
    const putWhole = (bytes: Uint8Array): Promise<R2ObjectLike | null> => {
      const options = { ...metadata, ...(onlyIf === undefined ? {} : { onlyIf }) };
      return this.#ask(call, () => this.#bucket.put(call.key, bytes, options));
    };
    const begin = () => this.#begin(call, metadata);
    const object = body instanceof Uint8Array
      ? await putWhole(body)
      : (await uploadStream(call, { putWhole, begin })).written;
    return object && infoOf(object);
  }

  /** Removes an object. */
  protected override async deleteObject(call: DriverCall): Promise<void> {
    await this.#ask(call, () => this.#bucket.delete(call.key));
  }

  /** Lists objects, page by page. */
  protected override async *listObjects(
    { attempt, signal, prefix, after, limit }: ListCall,
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    let from: { startAfter?: string; cursor?: string } = after === "" ? {} : { startAfter: after };
    while (true) {
      refuseAborted(attempt, { signal });
      const page = await ask({ attempt, signal }, () =>
        this.#bucket.list({
          prefix,
          limit: Math.min(MOST_A_PAGE, limit),
          include: ["httpMetadata", "customMetadata"],
          ...from,
        }));
      for (const object of page.objects) yield { ...infoOf(object), key: object.key };
      if (!page.truncated) return;
      if (page.cursor === undefined) {
        throw fail(attempt, {
          code: "Corrupt",
          why: "a page of R2 has no cursor for the next one",
        });
      }
      from = { cursor: page.cursor };
    }
  }

  #ask<T>({ attempt, signal }: DriverCall, action: () => Promise<T>): Promise<T> {
    return ask({ attempt, signal, unanswered: "unknown" }, action);
  }

  /** The binding cannot be aborted: its requests follow only the caller's signal. */
  async #begin(
    { key, attempt, signal }: WriteCall,
    metadata: R2MetadataOptionsLike,
  ): Promise<PartUpload<R2ObjectLike>> {
    const context = { attempt, signal, unanswered: "not-applied" } as const;
    const parts: R2UploadedPartLike[] = [];
    const upload = await ask(
      context,
      () => this.#bucket.createMultipartUpload(key, metadata),
      (late) => late.abort().catch(() => {}),
    );
    return {
      async put(number, bytes) {
        parts[number - 1] = await ask(context, () => upload.uploadPart(number, bytes));
      },
      complete: () => ask({ ...context, unanswered: "unknown" }, () => upload.complete(parts)),
      abort: () => upload.abort().catch(() => {}),
    };
  }
}

/** R2's form of a precondition. */
function conditionOf(
  precondition: Precondition | undefined,
  attempt: Attempt,
): R2ConditionLike | undefined {
  if (precondition === undefined) return undefined;
  if (precondition === "absent") return { etagDoesNotMatch: "*" };
  if (!isEtag(precondition.version)) throw unmet({ attempt, precondition });
  return { etagMatches: precondition.version };
}

/** R2's form of the metadata of a write. */
function metadataOf(
  { contentType, metadata }: Pick<WriteCall, "contentType" | "metadata">,
  attempt: Attempt,
): R2MetadataOptionsLike {
  const isText = (text: unknown) => typeof text === "string" && text.isWellFormed();
  if (metadata !== undefined && !Object.entries(metadata).flat().every(isText)) {
    const why = "its metadata must be a record of well-formed strings";
    throw fail(attempt, { code: "InvalidArgument", why, outcome: "not-applied" });
  }
  return {
    ...(contentType === undefined ? {} : { httpMetadata: { contentType } }),
    ...(metadata === undefined ? {} : { customMetadata: { ...metadata } }),
  };
}
