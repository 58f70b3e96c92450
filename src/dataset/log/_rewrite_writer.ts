import { concat } from "@std/bytes/concat";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import type { Added, Base, PartRead, PartWriter } from "./_part_writer.ts";

/** Adds to an object by writing it anew under compare-and-swap. */
export class RewriteWriter implements PartWriter {
  readonly #storage: StorageAdapter;
  readonly #key: string;
  readonly #metadata: Readonly<Record<string, string>>;

  /** The metadata are those of an object that this writer creates. */
  constructor(storage: StorageAdapter, key: string, metadata: Readonly<Record<string, string>>) {
    this.#storage = storage;
    this.#key = key;
    this.#metadata = metadata;
  }

  async add(base: Base, bytes: Uint8Array, at: number): Promise<Added> {
    const { version, metadata = this.#metadata } = base;
    const body = concat([base.body?.subarray(0, at) ?? new Uint8Array(), bytes]);
    const info = await this.#storage.write(this.#key, body, {
      precondition: version === undefined ? "absent" : { version },
      ...(this.#storage.capabilities.metadata && {
        contentType: "text/csv; charset=utf-8",
        metadata,
      }),
    });
    return { size: info.size, version: info.version, body, metadata };
  }

  async read(from: number): Promise<PartRead | null> {
    const result = await this.#storage.read(this.#key);
    if (result === null) return null;
    // One read is both the proof of what landed and the next base.
    const body = concat(await Array.fromAsync(result.body));
    const { version, metadata = {} } = result.info;
    const start = from > body.length ? 0 : from;
    return { start, base: { version, metadata, body }, chunks: one(body.subarray(start)) };
  }

  head({ body }: Base, length: number): Promise<Uint8Array> {
    return Promise.resolve(body!.subarray(0, length));
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
