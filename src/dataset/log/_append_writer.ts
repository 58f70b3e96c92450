import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import {
  type Added,
  type Base,
  headOf,
  type PartRead,
  type PartWriter,
  toPartRead,
} from "./_part_writer.ts";

/** Adds to an object by the adapter's append. */
export class AppendWriter implements PartWriter {
  readonly #storage: StorageAdapter;
  readonly #key: string;

  constructor(storage: StorageAdapter, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  add({ version: ifVersion }: Base, bytes: Uint8Array, at: number): Promise<Added> {
    return this.#storage.append!(this.#key, bytes, { at, ifVersion });
  }

  async read(from: number): Promise<PartRead | null> {
    try {
      const range = from === 0 ? undefined : { start: from };
      const result = await this.#storage.read(this.#key, { range });
      return result && toPartRead(result);
    } catch (error) {
      if (from > 0 && hasCode(error, "RangeNotSatisfiable")) return await this.read(0);
      throw error;
    }
  }

  head(_base: Base, length: number): Promise<Uint8Array> {
    return headOf(this.#storage, this.#key, length);
  }
}
