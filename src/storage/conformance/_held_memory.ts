import { pause } from "./_harness.ts";

interface MemoryUsage {
  readonly heapUsed: number;
  readonly external: number;
}

interface Runtime {
  readonly Deno?: { readonly memoryUsage?: () => MemoryUsage };
  readonly process?: { readonly memoryUsage?: () => MemoryUsage };
}

const MIB: number = 1024 * 1024;
/** Growth that is looked at again, in case that it is garbage. */
const SUSPICIOUS: number = 12 * MIB;
const MOST_ROUNDS = 30;
const GARBAGE = 50_000;
let _sink: unknown;

/** Makes so much short-lived rubbish that the engine frees what died young. */
function makeRubbish() {
  for (let i = 0; i < GARBAGE; i++) _sink = new Array(32).fill(i);
  _sink = undefined;
}

/** Reserves buffers, which the engine answers by collecting all garbage; no page is touched. */
async function makePressure() {
  const buffers: ArrayBuffer[] = [];
  try {
    for (let i = 0; i < 4; i++) buffers.push(new ArrayBuffer(128 * MIB));
  } catch {
    // Where there is not so much to reserve, less is pressure enough.
  }
  await pause(1);
  // Freed at once, so that they are no garbage themselves.
  for (const buffer of buffers) buffer.transfer(0);
}

/** The bytes on the heap and in buffers, or `undefined` where the runtime does not tell. */
async function usedMemory(): Promise<number | undefined> {
  const { Deno, process } = globalThis as Runtime;
  const memoryUsage = Deno?.memoryUsage ?? process?.memoryUsage;
  if (memoryUsage === undefined) return undefined;
  makeRubbish();
  await pause(1);
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}

/** The most that memory grew by from any sample to any later one, garbage aside. */
export class MemoryGrowth {
  /** The growth in bytes; 0 where the runtime does not tell. */
  bytes = 0;
  #low = Infinity;

  /** Takes a sample. */
  async sample(): Promise<void> {
    let used = await usedMemory();
    if (used === undefined) return;
    // The first sample must not count the garbage of others, nor a later one its own.
    const isFirst = this.#low === Infinity;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (isFirst ? round === 3 : used - this.#low < SUSPICIOUS) break;
      await makePressure();
      used = Math.min(used, await usedMemory() ?? used);
    }
    this.#low = Math.min(this.#low, used);
    this.bytes = Math.max(this.bytes, used - this.#low);
  }
}
