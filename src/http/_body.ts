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

function tooLarge(limit: number): Error {
  return refusal("too-large", { detail: `The largest body has ${limit} bytes`, limit });
}

/** Waits for a promise until a point in time. */
async function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(plainRefusal(408, { detail: "The body took too long to arrive" }));
    timer = setTimeout(refuse, Math.max(deadline - performance.now(), 0));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Yields the chunks of a body, counted: the header `Content-Length` is only what the client says. Refuses
 * a body that is too large, that comes too slowly, or that ends early.
 */
export async function* chunksOf(
  { body, headers }: Request,
  { maxBytes, timeoutMs, onBytes }: BodyLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (Number(headers.get("content-length")) > maxBytes) throw tooLarge(maxBytes);
  if (body === null) return;
  const reader = body.getReader();
  const start = performance.now();
  let size = 0;
  let isWhole = false;
  try {
    while (true) {
      const read = reader.read().catch(refuseEnd);
      const chunk = await before(start + timeoutMs + size / SLOWEST, read);
      if (chunk.done) return void (isWhole = true);
      size += chunk.value.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      onBytes?.(chunk.value.length);
      yield chunk.value;
    }
  } finally {
    if (!isWhole) reader.cancel().catch(() => {});
  }
}

/** A connection that ends in the middle of a body is the client's fault. */
function refuseEnd(): never {
  throw refusal("malformed", { detail: "The body ended early" });
}

/** Reads a body as text. */
export async function textOf(request: Request, limits: BodyLimits): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of chunksOf(request, limits)) {
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refusal("malformed", { detail: "The body is not UTF-8" });
  }
}
