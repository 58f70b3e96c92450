import type {
  R2BucketLike,
  R2ConditionLike,
  R2MultipartUploadLike,
  R2ObjectBodyLike,
  R2ObjectLike,
  R2PutOptionsLike,
} from "../../src/storage/r2/mod.ts";

interface Stored extends R2ObjectLike {
  readonly bytes: Uint8Array;
}

/** A bucket in memory that records its calls; its methods can be replaced. */
export class FakeR2Bucket implements R2BucketLike {
  readonly objects: Map<string, Stored> = new Map();
  /** The names of the methods, in the order of their calls. */
  readonly calls: string[] = [];
  /** The sizes of the parts that arrived, of all uploads. */
  readonly parts: number[] = [];
  /** How many uploads were begun and neither completed nor aborted. */
  pending = 0;
  /** The most parts that were on their way at a time. */
  mostInFlight = 0;
  /** Waits, or fails, in the place of the store. */
  meet: (call: string) => Promise<void> = () => Promise.resolve();
  #etag = 0;

  async #called(call: string): Promise<void> {
    this.calls.push(call);
    await this.meet(call);
  }

  #isMet({ etagMatches, etagDoesNotMatch }: R2ConditionLike, key: string): boolean {
    const etag = this.objects.get(key)?.etag;
    if (etagMatches !== undefined && etag !== etagMatches) return false;
    return etagDoesNotMatch === undefined || etag === undefined;
  }

  #store(key: string, bytes: Uint8Array, options: R2PutOptionsLike): R2ObjectLike {
    const { httpMetadata, customMetadata } = options;
    const object: Stored = {
      key,
      size: bytes.length,
      etag: `${++this.#etag}`,
      uploaded: new Date(),
      bytes: bytes.slice(),
      httpMetadata,
      customMetadata,
    };
    this.objects.set(key, object);
    return object;
  }

  async head(key: string): Promise<R2ObjectLike | null> {
    await this.#called("head");
    return this.objects.get(key) ?? null;
  }

  async get(
    key: string,
    { onlyIf = {} }: { onlyIf?: R2ConditionLike },
  ): Promise<R2ObjectBodyLike | R2ObjectLike | null> {
    await this.#called("get");
    const object = this.objects.get(key);
    if (object === undefined) return null;
    if (!this.#isMet(onlyIf, key)) return object;
    return { ...object, body: ReadableStream.from([object.bytes]) };
  }

  async put(
    key: string,
    value: Uint8Array,
    options: R2PutOptionsLike,
  ): Promise<R2ObjectLike | null> {
    await this.#called("put");
    return this.#isMet(options.onlyIf ?? {}, key) ? this.#store(key, value, options) : null;
  }

  async delete(key: string): Promise<void> {
    await this.#called("delete");
    this.objects.delete(key);
  }

  async list(): Promise<{ objects: R2ObjectLike[]; truncated: boolean; cursor?: string }> {
    await this.#called("list");
    return { objects: [...this.objects.values()], truncated: false };
  }

  async createMultipartUpload(
    key: string,
    options: R2PutOptionsLike,
  ): Promise<R2MultipartUploadLike> {
    await this.#called("createMultipartUpload");
    this.pending++;
    const parts: Uint8Array[] = [];
    let inFlight = 0;
    return {
      uploadPart: async (partNumber, value) => {
        this.mostInFlight = Math.max(this.mostInFlight, ++inFlight);
        await this.#called(`uploadPart ${partNumber}`).finally(() => inFlight--);
        parts[partNumber - 1] = value.slice();
        this.parts.push(value.length);
        return { partNumber, etag: `part-${partNumber}` };
      },
      complete: async (uploaded) => {
        await this.#called("complete");
        if (uploaded.some(({ partNumber }, i) => partNumber !== i + 1)) throw new Error("(10025)");
        this.pending--;
        const bytes = await new Blob(parts as Uint8Array<ArrayBuffer>[]).bytes();
        return this.#store(key, bytes, options);
      },
      abort: async () => {
        await this.#called("abort");
        this.pending--;
      },
    };
  }
}
