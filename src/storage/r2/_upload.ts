import { chunksOf } from "../kit/body.ts";
import { type Attempt, fail } from "../kit/fail.ts";
import type {
  R2BucketLike,
  R2MetadataOptionsLike,
  R2MultipartUploadLike,
  R2ObjectLike,
  R2UploadedPartLike,
} from "./_bucket.ts";
import { ask, type R2Context } from "./_call.ts";
import type { WriteOptions } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

/** What a stream may have to be put at once, so that preconditions hold. */
export const SINGLE_BYTES: number = 8 * 1024 * 1024;

/** The size of a part: the least that R2 takes; all but the last must be equal. */
const PART_BYTES = 5 * 1024 * 1024;

/** How many parts an object may have. */
const MOST_PARTS = 10_000;

/** How many parts are on their way while one is collected. */
const IN_FLIGHT = 2;

/** What is written in parts, and where. */
export interface R2Uploading {
  readonly bucket: R2BucketLike;
  /** The key in the bucket. */
  readonly inside: string;
  readonly attempt: Attempt;
  readonly options: WriteOptions;
  readonly metadata: R2MetadataOptionsLike;
}

/** The refusal of a precondition on what does not fit in one request. */
export function unconditional(attempt: Attempt): StorageError {
  return fail(attempt, {
    code: "Unsupported",
    why: `R2 takes no precondition on a streamed body of more than ${SINGLE_BYTES} bytes`,
    outcome: "not-applied",
  });
}

/** Bytes that are collected up to a size. They grow as they come, for most bodies are short. */
class Collector {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What is collected. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes as much of a chunk as fits below a size, and gives the rest. */
  fill(chunk: Uint8Array, upTo: number): Uint8Array {
    const taken = chunk.subarray(0, upTo - this.#length);
    const length = this.#length + taken.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(upTo, Math.max(length, 2 * this.#bytes.length)));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(taken, this.#length);
    this.#length = length;
    return chunk.subarray(taken.length);
  }
}

/** An upload in equal parts, of which a few are on their way. */
class Parts {
  readonly #uploading: R2Uploading;
  readonly #upload: R2MultipartUploadLike;
  readonly #context: R2Context;
  readonly #partBytes: number;
  readonly #flying: Set<Promise<void>> = new Set();
  readonly #parts: R2UploadedPartLike[] = [];
  #collector: Collector = new Collector();
  #number = 0;
  #failure: unknown;

  private constructor(
    uploading: R2Uploading,
    upload: R2MultipartUploadLike,
    context: R2Context,
  ) {
    const { size = 0 } = uploading.options;
    this.#uploading = uploading;
    this.#upload = upload;
    this.#context = context;
    this.#partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  }

  static async begin(uploading: R2Uploading): Promise<Parts> {
    const { bucket, inside, attempt, options, metadata } = uploading;
    const context: R2Context = { attempt, signal: options.signal, unheard: "not-applied" };
    const upload = await ask(
      context,
      () => bucket.createMultipartUpload(inside, metadata),
      (late) => late.abort().catch(() => {}),
    );
    return new Parts(uploading, upload, context);
  }

  /** Takes bytes; waits where too many parts are on their way. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#collector.length === this.#partBytes) await this.#launch();
      rest = this.#collector.fill(rest, this.#partBytes);
    }
  }

  async #launch(): Promise<void> {
    const { attempt } = this.#uploading;
    while (this.#flying.size >= IN_FLIGHT) await Promise.race(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#number === MOST_PARTS) {
      const why = `it has more than ${MOST_PARTS} parts: tell its size beforehand`;
      throw fail(attempt, { code: "TooLarge", why, outcome: "not-applied" });
    }
    const number = ++this.#number;
    const { bytes } = this.#collector;
    this.#collector = new Collector();
    const sending = ask(this.#context, () => this.#upload.uploadPart(number, bytes))
      .then((part) => {
        this.#parts[number - 1] = part;
      }, (error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#flying.delete(sending));
    this.#flying.add(sending);
  }

  /** Makes the object, once the whole body was taken. */
  async complete(): Promise<R2ObjectLike> {
    if (this.#collector.length > 0) await this.#launch();
    await Promise.all(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    const context: R2Context = { ...this.#context, unheard: "unknown" };
    return await ask(context, () => this.#upload.complete(this.#parts));
  }

  /** Takes back what was sent. Where even that fails, R2 removes it after seven days. */
  async abort(): Promise<void> {
    await Promise.all(this.#flying);
    await this.#upload.abort().catch(() => {});
  }
}

/**
 * Writes a stream in parts that appear together, behind bytes that were taken from it before; or
 * gives those bytes where there are no more than fit in one request.
 */
export async function uploadR2(
  body: ReadableStream<Uint8Array>,
  uploading: R2Uploading,
): Promise<Uint8Array | R2ObjectLike> {
  const { attempt, options } = uploading;
  const head = new Collector();
  let parts: Parts | undefined;
  try {
    for await (const chunk of chunksOf(body, options, attempt)) {
      const rest = parts === undefined ? head.fill(chunk, SINGLE_BYTES) : chunk;
      if (rest.length === 0) continue;
      if (parts === undefined) {
        if (options.precondition !== undefined) throw unconditional(attempt);
        parts = await Parts.begin(uploading);
        await parts.add(head.bytes);
      }
      await parts.add(rest);
    }
    return await parts?.complete() ?? head.bytes;
  } catch (error) {
    await parts?.abort();
    throw error;
  }
}
