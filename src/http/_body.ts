import { plainRefusal, refusal } from "./_refusal.ts";

/** How a body is read. */
export interface BodyLimits {
  /** The most bytes. */
  readonly maxBytes: number;
  /** The time in milliseconds that it may take, if it is small. */
  readonly timeoutMs: number;
  /** Called with the length of each chunk, before it is kept. */
  readonly onBytes?: ((length: number) => void) | undefined;
}

/** The slowest sender that is waited for, in bytes a millisecond. */
const SLOWEST = 16;

/**
 * Reads a body, counted: the header `Content-Length` is only what the client says. Refuses a body that is
 * too large, that comes too slowly, or that ends early.
 */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #start: number = performance.now();
  readonly #late: Promise<never>;
  #refuse: (error: unknown) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #size = 0;
  #isWhole = false;

  /** Begins to read. */
  constructor({ body, headers }: Request, limits: BodyLimits) {
    if (Number(headers.get("content-length")) > limits.maxBytes) throw tooLarge(limits.maxBytes);
    this.#limits = limits;
    this.#reader = body?.getReader();
    this.#late = new Promise((_, reject) => this.#refuse = reject);
    this.#late.catch(() => {}); // a body that is not waited for may be late
    this.#watch();
  }

  /** Returns the next chunk; `undefined` after the last one. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#reader === undefined) return undefined;
    const reading = this.#reader.read().catch(refuseEnd);
    const { value } = await Promise.race([reading, this.#late]);
    if (value === undefined) return void (this.#isWhole = true);
    this.#size += value.length;
    const { maxBytes, onBytes } = this.#limits;
    if (this.#size > maxBytes) throw tooLarge(maxBytes);
    onBytes?.(value.length);
    return value;
  }

  /** Ends the reading, and drops the rest of the body. */
  end(): void {
    clearTimeout(this.#timer);
    if (!this.#isWhole) this.#reader?.cancel().catch(() => {});
  }

  /** Waits for the time that the body may take by what has come of it; one timer for all its chunks. */
  readonly #watch = (): void => {
    const end = this.#start + this.#limits.timeoutMs + this.#size / SLOWEST;
    const left = end - performance.now();
    if (left > 0) this.#timer = setTimeout(this.#watch, left);
    else this.#refuse(plainRefusal(408, { detail: "The body took too long to arrive" }));
  };
}

function tooLarge(limit: number): Error {
  return refusal("too-large", { detail: `The largest body has ${limit} bytes`, limit });
}

/** A connection that ends in the middle of a body is the client's fault. */
function refuseEnd(): never {
  throw refusal("malformed", { detail: "The body ended early" });
}

/** Reads a body as text. */
export async function textOf(request: Request, limits: BodyLimits): Promise<string> {
  const body = new BodyReader(request, limits);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for (let chunk; (chunk = await body.read()) !== undefined;) text += decoded(decoder, chunk);
    return text + decoded(decoder);
  } finally {
    body.end();
  }
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw refusal("malformed", { detail: "The body is not UTF-8" });
  }
}
