import { pause } from "./_harness.ts";

interface MemoryUsage {
  readonly heapUsed: number;
  readonly external: number;
}

interface Process {
  readonly memoryUsage?: () => MemoryUsage;
  readonly getBuiltinModule?: (name: string) => Record<string, (text: string) => unknown>;
}

interface Runtime {
  readonly gc?: () => void;
  readonly process?: Process;
}

let collect: (() => void) | null | undefined;

/**
 * Returns the engine's garbage collector, even if it was not exposed, or `null` if the runtime
 * offers none. Without it, memory in use cannot be distinguished from garbage.
 */
function collector(): (() => void) | null {
  const { gc, process } = globalThis as Runtime;
  try {
    process?.getBuiltinModule?.("node:v8")?.setFlagsFromString?.("--expose-gc");
    const vm = process?.getBuiltinModule?.("node:vm");
    return gc ?? vm?.runInNewContext?.("gc") as (() => void) | undefined ?? null;
  } catch {
    return null;
  }
}

/**
 * Returns the bytes in use on the heap and in buffers, or `undefined` if the runtime does not
 * report it.
 */
async function heldMemory(): Promise<number | undefined> {
  collect ??= collector();
  const { process } = globalThis as Runtime;
  if (collect === null || process?.memoryUsage === undefined) return undefined;
  // A pending continuation may still refer to the value that it awaited.
  await pause();
  collect();
  await pause();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The largest growth of memory in use from one sample to a later one. */
export class MemoryGrowth {
  /** The growth in bytes; 0 if the runtime does not report it. */
  bytes = 0;
  #low = Infinity;

  /** Takes a sample. */
  async sample(): Promise<void> {
    const held = await heldMemory();
    if (held === undefined) return;
    this.#low = Math.min(this.#low, held);
    this.bytes = Math.max(this.bytes, held - this.#low);
  }
}
