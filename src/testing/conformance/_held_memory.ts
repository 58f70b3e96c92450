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
 * The engine's garbage collector, also where it was not exposed; `null` where there is no way to
 * it. Without it no figure tells what is held from what nobody has collected yet.
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

/** The bytes that are held on the heap and in buffers; `undefined` where nobody can tell. */
async function heldMemory(): Promise<number | undefined> {
  collect ??= collector();
  const { process } = globalThis as Runtime;
  if (collect === null || process?.memoryUsage === undefined) return undefined;
  // What awaits the next turn may hold on to what it awaited.
  await pause();
  collect();
  await pause();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The most that memory grew by from any sample to any later one, garbage aside. */
export class MemoryGrowth {
  /** The growth in bytes; 0 where the runtime does not tell. */
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
