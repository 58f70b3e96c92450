import { chunksOf } from "../kit/body.ts";
import { fail } from "../kit/fail.ts";
import { LinkedAbort } from "./_abort.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { withOutcome } from "../outcome.ts";
import { MultipartUpload } from "./_multipart.ts";
import { type PutRequest, type S3Writer, unconditional } from "./_put.ts";
import type { ObjectVersion, WriteOptions } from "../storage_adapter.ts";
import type { StorageError } from "../storage_error.ts";

/** What a stream may have to go up in one request, so that preconditions hold. */
const SINGLE_BYTES = 8 * 1024 * 1024;

/** The size of a part: the least that the protocol allows. */
const PART_BYTES = 5 * 1024 * 1024;

/** How many parts an object may have. */
const MOST_PARTS = 10_000;

/** How many parts are on their way while one is collected. The platform copies those of `fetch`. */
const IN_FLIGHT = 2;

/** Bytes that are collected up to a part. It grows as it is filled, for most bodies are short. */
class PartBuffer {
  readonly capacity: number;
  length = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Takes what fits, and gives how much that was. */
  add(chunk: Uint8Array): number {
    const taken = chunk.subarray(0, this.capacity - this.length);
    const needed = this.length + taken.length;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#bytes.set(taken, this.length);
    this.length = needed;
    return taken.length;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.min(this.capacity, Math.max(needed, 4 * this.length)));
    grown.set(this.bytes);
    this.#bytes = grown;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Sends a body as it comes: in one request, or in equal parts of which a few are on their way. */
class Uploader {
  readonly #client: S3Client;
  readonly #writer: S3Writer;
  readonly #request: Omit<PutRequest, "bytes">;
  readonly #context: S3Context;
  readonly #link: LinkedAbort;
  readonly #partBytes: number;
  readonly #flying: Set<Promise<void>> = new Set();
  /** Buffers whose parts have arrived: memory does not depend on when garbage is collected. */
  readonly #free: PartBuffer[] = [];
  #buffer: PartBuffer;
  #upload: MultipartUpload | undefined;
  #parts = 0;
  #failure: unknown;
  #committing = false;
  size = 0;

  constructor(
    [client, writer]: readonly [S3Client, S3Writer],
    request: Omit<PutRequest, "bytes">,
    link: LinkedAbort,
    partBytes: number,
  ) {
    this.#client = client;
    this.#writer = writer;
    this.#request = request;
    this.#link = link;
    this.#partBytes = partBytes;
    this.#buffer = new PartBuffer(Math.max(SINGLE_BYTES, partBytes));
    this.#context = { attempt: request.attempt, signal: link.signal, mutates: true };
  }

  /** The error of a failed write: before the commit, which is one request, nothing is applied. */
  errorOf(error: unknown): unknown {
    const first = this.#failure ?? error;
    return this.#committing ? first : withOutcome(first, "not-applied");
  }

  /** Takes a piece of the body; waits where too many parts are on their way. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#buffer.length === this.#buffer.capacity) await this.#launch();
      rest = rest.subarray(this.#buffer.add(rest));
    }
    this.size += chunk.length;
  }

  /** Sends the first part of the buffer, and goes on with another one that has the rest. */
  async #launch(): Promise<void> {
    this.#upload ??= await this.#begin();
    const full = this.#buffer;
    const body = full.bytes.subarray(0, this.#partBytes);
    const rest = full.bytes.subarray(this.#partBytes);
    await this.#send(this.#upload, body, full);
    this.#buffer = this.#free.pop() ?? new PartBuffer(this.#partBytes);
    this.#buffer.length = 0;
    this.#buffer.add(rest);
  }

  async #begin(): Promise<MultipartUpload> {
    const { attempt, key, headers, precondition } = this.#request;
    if (precondition !== undefined) throw unconditional(attempt, SINGLE_BYTES);
    return await MultipartUpload.begin(this.#client, key, headers, this.#context);
  }

  /** Puts a part on its way, as soon as there are not too many. */
  async #send(
    upload: MultipartUpload,
    body: Uint8Array<ArrayBuffer>,
    buffer: PartBuffer,
  ): Promise<void> {
    while (this.#flying.size >= IN_FLIGHT) await Promise.race(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#parts === MOST_PARTS) throw this.#tooLarge();
    const sending = upload.put(++this.#parts, body, this.#context)
      .then(() => {
        if (buffer.capacity === this.#partBytes) this.#free.push(buffer);
      }, (error) => {
        this.#failure ??= error;
        this.#link.abort(error); // the other parts and the source are of no use any more
      })
      .finally(() => this.#flying.delete(sending));
    this.#flying.add(sending);
  }

  #tooLarge(): StorageError {
    return fail(this.#request.attempt, {
      code: "TooLarge",
      why: `it has more than ${MOST_PARTS} parts of ${this.#partBytes} bytes: ` +
        "tell its size beforehand",
      outcome: "not-applied",
    });
  }

  /** Makes the object, once the whole body was taken. */
  async finish(): Promise<ObjectVersion> {
    if (this.#upload === undefined) {
      this.#committing = true;
      return await this.#writer.put({ ...this.#request, bytes: this.#buffer.bytes });
    }
    while (this.#buffer.length > 0) await this.#launch();
    await Promise.all(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    this.#committing = true;
    return await this.#upload.complete(this.#context);
  }

  /** Takes back what was sent, once nothing is on its way any more. */
  async abort(reason: unknown): Promise<void> {
    this.#link.abort(reason);
    await Promise.all(this.#flying);
    await this.#upload?.abort(this.#context);
  }
}

/** The size of the parts of a body of which the size may be known. */
function partBytesFor(size = 0): number {
  const least = Math.ceil(size / MOST_PARTS);
  return Math.max(PART_BYTES, Math.ceil(least / 2 ** 20) * 2 ** 20);
}

/**
 * Writes a streamed body; gives the version and the size. Nothing of it is there before it resolves,
 * and nothing is left of it where it fails.
 */
export async function uploadStream(
  parties: readonly [S3Client, S3Writer],
  body: ReadableStream<Uint8Array>,
  request: Omit<PutRequest, "bytes">,
  options: WriteOptions,
): Promise<{ version: ObjectVersion; size: number }> {
  const { attempt, precondition } = request;
  const { size = 0, signal } = options;
  // A look at the size first: nothing needs to be taken from the source, or sent.
  if (precondition !== undefined && size > SINGLE_BYTES) throw unconditional(attempt, SINGLE_BYTES);
  const link = new LinkedAbort(signal);
  const uploader = new Uploader(parties, request, link, partBytesFor(size));
  try {
    const watched = { ...options, signal: link.signal };
    for await (const chunk of chunksOf(body, watched, attempt)) await uploader.add(chunk);
    return { version: await uploader.finish(), size: uploader.size };
  } catch (error) {
    const first = uploader.errorOf(error); // before others come of the abort
    await uploader.abort(error);
    throw first;
  } finally {
    link.unlink();
  }
}
