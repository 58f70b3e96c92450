/** Looks whether certain bytes stand at a certain offset, in chunks that pass by. */
export class BytesMatcher {
  readonly #bytes: Uint8Array;
  readonly #offset: number;
  #seen = 0;
  #differs = false;

  /** Looks for bytes at an offset. */
  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Whether a byte was seen that is another. */
  get differs(): boolean {
    return this.#differs;
  }

  /** Whether all the bytes were seen. */
  get found(): boolean {
    return !this.#differs && this.#seen === this.#bytes.length;
  }

  /** Sees the chunk that begins at an offset. */
  see(chunk: Uint8Array, at: number): void {
    const from = Math.max(at, this.#offset);
    const to = Math.min(at + chunk.length, this.#offset + this.#bytes.length);
    for (let i = from; i < to; i++) {
      if (chunk[i - at] !== this.#bytes[i - this.#offset]) this.#differs = true;
      else this.#seen++;
    }
  }
}
