import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import {
  type Added,
  type Base,
  headOf,
  type PartRead,
  type PartWriter,
  toPartRead,
} from "./_part_writer.ts";

/** Writes an object once: if the answer is lost, the same bytes again. */
export class WriteOnceWriter implements PartWriter {
  readonly #storage: StorageAdapter;
  readonly #key: string;

  constructor(storage: StorageAdapter, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  add(_base: Base, bytes: Uint8Array): Promise<Added> {
    return this.#storage.write(this.#key, bytes);
  }

  async read(): Promise<PartRead | null> {
    const result = await this.#storage.read(this.#key);
    return result && toPartRead(result);
  }

  head(_base: Base, length: number): Promise<Uint8Array> {
    return headOf(this.#storage, this.#key, length);
  }
}
