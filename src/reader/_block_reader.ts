import { concat } from "@std/bytes/concat";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode } from "../storage/storage_error.ts";

const WINDOW_BYTES = 256 * 1024;
const MOST_WINDOWS = 32;

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Bytes of an object, with the offset of the first of them. */
export interface BytesFrom {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** Reads spans of objects, and keeps the last windows that were read of some of them. */
export class BlockReader {
  readonly #storage: StorageAdapter;
  readonly #windowBytes: number;
  readonly #windows: Map<string, Window> = new Map();

  /** Creates a reader. A span that is not in a window is read with the bytes after it. */
  constructor(storage: StorageAdapter, windowBytes: number = WINDOW_BYTES) {
    this.#storage = storage;
    this.#windowBytes = windowBytes;
  }

  /** Returns bytes that contain a span of an object; `null` if it became shorter or is gone. */
  async read(key: string, start: number, end: number): Promise<BytesFrom | null> {
    const known = this.#windows.get(key);
    if (known && known.start <= start && known.start + known.bytes.length >= end) {
      return { bytes: known.bytes, base: known.start };
    }
    // A reader that goes backwards needs the bytes before the span next.
    const isBackwards = known !== undefined && start < known.start;
    const from = isBackwards ? Math.max(0, Math.min(start, end - this.#windowBytes)) : start;
    const bytes = await this.#readBytes(key, from, Math.max(end, from + this.#windowBytes));
    if (bytes === null || from + bytes.length < end) return null;
    this.#windows.delete(key);
    this.#windows.set(key, { start: from, bytes });
    if (this.#windows.size > MOST_WINDOWS) {
      this.#windows.delete(this.#windows.keys().next().value!);
    }
    return { bytes, base: from };
  }

  async #readBytes(key: string, start: number, end: number): Promise<Uint8Array | null> {
    try {
      const result = await this.#storage.read(key, { range: { start, end } });
      return result && concat(await Array.fromAsync(result.body));
    } catch (error) {
      if (hasCode(error, "RangeNotSatisfiable")) return null;
      throw error;
    }
  }
}
