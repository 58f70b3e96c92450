import { assert, assertEquals, assertLess } from "@std/assert";
import type { BehaviourContext, ConformanceStore } from "./behaviour.ts";
import { concat, pause } from "./_harness.ts";
import { MemoryGrowth } from "./_held_memory.ts";

const MIB: number = 1024 * 1024;
const CHUNK = 256 * 1024;
const MOST_GROWTH: number = 32 * MIB;

/** Generates a long body chunk by chunk, so that it need not be held in memory. */
class LongBody {
  readonly size: number;
  #state: Uint32Array<ArrayBuffer> = new Uint32Array(1);

  constructor(size: number) {
    this.size = size;
    this.rewind();
  }

  rewind(): void {
    this.#state = new Uint32Array([0x9e3779b9]);
  }

  /** Returns the next chunk, by a xorshift, which is cheap compared with the storage. */
  next(size: number): Uint8Array<ArrayBuffer> {
    const words = new Uint32Array(size / 4);
    let word = this.#state[0] ?? 1;
    for (let i = 0; i < words.length; i++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
      words[i] = word;
    }
    this.#state[0] = word;
    return new Uint8Array(words.buffer);
  }
}

function sameWords(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>) {
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length / 4);
  const y = new Uint32Array(b.buffer, b.byteOffset, b.length / 4);
  return x.every((word, i) => word === y[i]);
}

function streamOfBody(
  body: LongBody,
  onQuarter: () => Promise<void>,
): ReadableStream<Uint8Array> {
  let given = 0;
  body.rewind();
  return new ReadableStream({
    async pull(controller) {
      if (given === body.size) return controller.close();
      if (given % (body.size / 4) < CHUNK) await onQuarter();
      controller.enqueue(body.next(CHUNK));
      given += CHUNK;
    },
  }, { highWaterMark: 0 });
}

/** Asserts that a stream has the bytes of a body, and calls `onQuarter` at each quarter. */
async function assertSameStream(
  stream: ReadableStream<Uint8Array>,
  body: LongBody,
  onQuarter: () => Promise<void>,
): Promise<void> {
  let pending: Uint8Array[] = [];
  let length = 0;
  let seen = 0;
  body.rewind();
  for await (const chunk of stream) {
    pending.push(chunk);
    length += chunk.length;
    if (length < CHUNK) continue;
    const bytes = concat(pending);
    const whole = bytes.length - bytes.length % CHUNK;
    for (let i = 0; i < whole; i += CHUNK) {
      const same = sameWords(bytes.slice(i, i + CHUNK), body.next(CHUNK));
      assert(same, `The body differs after byte ${seen + i}`);
      if ((seen + i) % (body.size / 4) < CHUNK) await onQuarter();
    }
    seen += whole;
    pending = [bytes.slice(whole)];
    length -= whole;
  }
  assertEquals(seen + length, body.size, "The body has another length");
}

function bodyFor({ settings }: BehaviourContext): LongBody {
  const quarter = 4 * CHUNK;
  return new LongBody(Math.ceil(settings.streamBytes / quarter) * quarter);
}

/** Returns a function that samples the memory, unless the store itself holds its bytes there. */
function sampler(store: ConformanceStore, growth: MemoryGrowth): () => Promise<void> {
  return store.holdsBytesInMemory ? () => Promise.resolve() : () => growth.sample();
}

/** Behaviour 61. */
export async function boundsMemory(context: BehaviourContext): Promise<void> {
  const { adapter, store } = context;
  const body = bodyFor(context);
  const growth = new MemoryGrowth();
  const sample = sampler(store, growth);
  await sample();
  const info = await adapter.write("a", streamOfBody(body, sample));
  await sample();
  assertEquals(info.size, body.size);
  assertLess(growth.bytes, MOST_GROWTH, "Memory grew while the body went in");
  const result = await adapter.read("a");
  assert(result !== null);
  await assertSameStream(result.body, body, sample);
  assertLess(growth.bytes, MOST_GROWTH, "Memory grew while the body came out");
}

/** Behaviour 73. */
export async function doesNotReadAhead(
  context: BehaviourContext,
): Promise<void> {
  const { adapter, store } = context;
  const body = bodyFor(context);
  const growth = new MemoryGrowth();
  const sample = sampler(store, growth);
  await sample();
  await adapter.write("a", streamOfBody(body, () => Promise.resolve()));
  await sample();
  const result = await adapter.read("a");
  assert(result !== null);
  await pause(50);
  await sample();
  await result.body.cancel();
  assertLess(growth.bytes, MOST_GROWTH, "The unread body was held in memory");
}
