import { withOutcome } from "../outcome.ts";
import type { StorageError } from "../storage_error.ts";
import { bodyChunks } from "./body.ts";
import type { WriteCall } from "./driver_calls.ts";
import { type Attempt, fail } from "./fail.ts";
import { LinkedAbort } from "./linked_abort.ts";

/** The longest stream that is sent in one request, which can have a precondition. */
export const SINGLE_BYTES: number = 8 * 1024 * 1024;

/**
 * The size of a part: the smallest that S3 and R2 accept. All but the last must have the same size.
 */
const PART_BYTES = 5 * 1024 * 1024;

/** The largest number of parts of one object. */
const MOST_PARTS = 10_000;

/** The number of parts in flight while the next one is collected. `fetch` copies each part. */
const IN_FLIGHT = 2;

/** An upload in parts. Readers see nothing of it until {@linkcode PartUpload.complete}. */
export interface PartUpload<Written> {
  /** Sends one part. Numbers start at 1. */
  put(number: number, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>;
  /** Creates the object from all parts in one step. */
  complete(signal: AbortSignal): Promise<Written>;
  /** Removes the parts. Its failure is not reported: the store expires abandoned uploads. */
  abort(): Promise<void>;
}

/** The requests that a store offers for streams. */
export interface PartUploadStore<Written> {
  /** Writes a short body in one request, which can carry a precondition. */
  putWhole(bytes: Uint8Array<ArrayBuffer>): Promise<Written>;
  /** Starts an upload in parts. */
  begin(signal: AbortSignal): Promise<PartUpload<Written>>;
}

/** Creates the error of a precondition on a body that does not fit in one request. */
function unconditional(attempt: Attempt): StorageError {
  return fail(attempt, {
    code: "Unsupported",
    why:
      `a streamed body of more than ${SINGLE_BYTES / 2 ** 20} MiB is uploaded in parts, and not ` +
      "every store honours a precondition there: pass a Uint8Array, or omit the precondition",
    outcome: "not-applied",
  });
}

/** Collects bytes up to a capacity. Grows on demand, because most bodies are short. */
class PartBuffer {
  readonly capacity: number;
  length = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Adds as much of a chunk as fits, and returns the number of bytes added. */
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
}

/** Sends a body as it arrives: in one request, or in equal parts with a few of them in flight. */
class PartUploader<Written> {
  readonly #call: WriteCall;
  readonly #store: PartUploadStore<Written>;
  readonly #link: LinkedAbort;
  readonly #partBytes: number;
  readonly #flying: Set<Promise<void>> = new Set();
  /** Buffers to reuse, so that memory does not depend on when garbage is collected. */
  readonly #free: PartBuffer[] = [];
  #buffer: PartBuffer;
  #upload: PartUpload<Written> | undefined;
  #parts = 0;
  #failure: unknown;
  #isCommitting = false;
  size = 0;

  constructor(call: WriteCall, store: PartUploadStore<Written>, link: LinkedAbort) {
    this.#call = call;
    this.#store = store;
    this.#link = link;
    this.#partBytes = partBytesFor(call.size);
    this.#buffer = new PartBuffer(Math.max(SINGLE_BYTES, this.#partBytes));
  }

  /**
   * Returns the error of a failed write. Nothing is applied before the commit, which is one
   * request.
   */
  errorOf(error: unknown): unknown {
    const first = this.#failure ?? error;
    return this.#isCommitting ? first : withOutcome(first, "not-applied");
  }

  /** Adds a chunk of the body. Waits while too many parts are in flight. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#buffer.length === this.#buffer.capacity) await this.#launch();
      rest = rest.subarray(this.#buffer.add(rest));
    }
    this.size += chunk.length;
  }

  /** Writes the object, after the whole body was added. */
  async finish(): Promise<Written> {
    if (this.#upload === undefined) {
      this.#isCommitting = true;
      return await this.#store.putWhole(this.#buffer.bytes);
    }
    while (this.#buffer.length > 0) await this.#launch();
    await Promise.all(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    this.#isCommitting = true;
    return await this.#upload.complete(this.#link.signal);
  }

  /** Waits for the parts in flight, and removes all parts. */
  async abort(reason: unknown): Promise<void> {
    this.#link.abort(reason);
    await Promise.all(this.#flying);
    await this.#upload?.abort();
  }

  /** Sends the first part of the buffer, and continues with another buffer that holds the rest. */
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

  #begin(): Promise<PartUpload<Written>> {
    const { attempt, precondition } = this.#call;
    if (precondition !== undefined) throw unconditional(attempt);
    return this.#store.begin(this.#link.signal);
  }

  /** Sends a part as soon as fewer than the limit are in flight. */
  async #send(
    upload: PartUpload<Written>,
    body: Uint8Array<ArrayBuffer>,
    buffer: PartBuffer,
  ): Promise<void> {
    while (this.#flying.size >= IN_FLIGHT) await Promise.race(this.#flying);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#parts === MOST_PARTS) throw this.#tooManyParts();
    const sending = upload.put(++this.#parts, body, this.#link.signal)
      .then(() => {
        if (buffer.capacity === this.#partBytes) this.#free.push(buffer);
      }, (error) => {
        this.#failure ??= error;
        this.#link.abort(error); // the other parts and the source are no longer needed
      })
      .finally(() => this.#flying.delete(sending));
    this.#flying.add(sending);
  }

  #tooManyParts(): StorageError {
    return fail(this.#call.attempt, {
      code: "TooLarge",
      why: `it has more than ${MOST_PARTS} parts of ${this.#partBytes} bytes: ` +
        'pass its length as the option "size" of write()',
      outcome: "not-applied",
    });
  }
}

/** Returns the size of the parts of a body, whose size may be known. */
function partBytesFor(size = 0): number {
  const least = Math.ceil(size / MOST_PARTS);
  return Math.max(PART_BYTES, Math.ceil(least / 2 ** 20) * 2 ** 20);
}

/**
 * Writes a streamed body. Readers see nothing of it until this resolves; if it fails, nothing is
 * left in the store.
 */
export async function uploadStream<Written>(
  call: WriteCall,
  store: PartUploadStore<Written>,
): Promise<{ readonly written: Written; readonly size: number }> {
  const { attempt, precondition, size = 0, signal } = call;
  // Checked first, so that nothing is read from the source or sent in vain.
  if (precondition !== undefined && size > SINGLE_BYTES) throw unconditional(attempt);
  const link = new LinkedAbort(signal);
  const uploader = new PartUploader(call, store, link);
  try {
    const watched = { ...call, signal: link.signal };
    for await (const chunk of bodyChunks(watched)) await uploader.add(chunk);
    return { written: await uploader.finish(), size: uploader.size };
  } catch (error) {
    const first = uploader.errorOf(error); // before the abort causes other errors
    await uploader.abort(error);
    throw first;
  } finally {
    link.unlink();
  }
}
