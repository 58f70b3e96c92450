/** Checks whether a stream of chunks holds the expected bytes at an offset. */
export class BytesMatcher {
  readonly #bytes: Uint8Array;
  readonly #offset: number;
  #seen = 0;
  #differs = false;

  /** Expects these bytes at this offset. */
  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Whether a byte differed from the expected one. */
  get differs(): boolean {
    return this.#differs;
  }

  /** Whether all expected bytes were seen. */
  get found(): boolean {
    return !this.#differs && this.#seen === this.#bytes.length;
  }

  /** Compares the chunk that begins at the offset `at`. */
  see(chunk: Uint8Array, at: number): void {
    const from = Math.max(at, this.#offset);
    const to = Math.min(at + chunk.length, this.#offset + this.#bytes.length);
    for (let i = from; i < to; i++) {
      if (chunk[i - at] !== this.#bytes[i - this.#offset]) this.#differs = true;
      else this.#seen++;
    }
  }
}
