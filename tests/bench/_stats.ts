/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[at] ?? NaN;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Returns how many times as long the first took as the second. The values come from rounds in which
 * both ran one after the other, so that other load in a round slowed both.
 */
export function ratio(ours: readonly number[], peers: readonly number[]): number {
  return median(ours.map((value, i) => value / (peers[i] ?? NaN)));
}

/** The time that a function takes, in microseconds. */
export async function timed(run: () => void | Promise<unknown>): Promise<number> {
  const start = performance.now();
  const running = run();
  // A peer that is synchronous must not pay for a turn of the event loop.
  if (running !== undefined) await running;
  return (performance.now() - start) * 1000;
}
