/** The result of a function, and its costs. */
export interface Measured {
  /** What it found: rows, or bytes if it only reads. */
  readonly found: number;
  readonly ms: number;
  /** The peak of the process's memory. */
  readonly peakBytes: number;
  /** The growth of the process's memory up to its peak. */
  readonly grownBytes: number;
  /** Whether the peak comes from the kernel; otherwise it was sampled. */
  readonly exactPeak: boolean;
}

const SAMPLE_MS = 2;
const COLLECT_MS = 5;

function kernelPeak(): number | undefined {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Resets the kernel's peak to the current memory; returns false if that is impossible. */
function resetPeak(): boolean {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
    return true;
  } catch {
    return false;
  }
}

/** Collects garbage repeatedly, so that the peak is the memory that is needed. */
function collect(): ReturnType<typeof setInterval> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Cannot collect garbage without --expose-gc");
  gc();
  return setInterval(gc, COLLECT_MS);
}

/**
 * Measures a function, which returns a number of what it found.
 *
 * @param garbage "leave", or "collect" to see the memory that is needed, with V8's --expose-gc
 */
export async function measured(run: () => Promise<number>, garbage: string): Promise<Measured> {
  const collecting = garbage === "collect" ? collect() : undefined;
  const exactPeak = resetPeak();
  const before = Deno.memoryUsage().rss;
  let sampled = before;
  const sampling = exactPeak
    ? undefined
    : setInterval(() => sampled = Math.max(sampled, Deno.memoryUsage().rss), SAMPLE_MS);
  const start = performance.now();
  const found = await run();
  const ms = performance.now() - start;
  clearInterval(sampling);
  clearInterval(collecting);
  const peak = exactPeak ? kernelPeak() ?? sampled : sampled;
  return { found, ms, peakBytes: peak, grownBytes: peak - before, exactPeak };
}
