/**
 * Returns the numbers from 0 in the order of their times; those of equal times keep their order. Fast
 * if the times consist of few ascending runs, as those of files do.
 */
export function orderOf(times: Float64Array): Uint32Array {
  const order = new Uint32Array(times.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let runs = runsOf(times);
  let [from, to] = [order, new Uint32Array(order.length)];
  while (runs.length > 2) {
    const merged: number[] = [];
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const [start, middle = order.length, end = order.length] = runs.slice(i, i + 3);
      merge(times, { from, to, start: start!, middle, end });
      merged.push(start!);
    }
    merged.push(order.length);
    runs = merged;
    [from, to] = [to, from];
  }
  return from;
}

/** The starts of ascending runs, and the end. */
function runsOf(times: Float64Array): number[] {
  const starts = [0];
  for (let i = 1; i < times.length; i++) if (times[i]! < times[i - 1]!) starts.push(i);
  return [...starts, times.length];
}

function merge(times: Float64Array, { from, to, start, middle, end }: {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle &&
      (right >= end || times[from[left]!]! <= times[from[right]!]!);
    to[at] = takesLeft ? from[left++]! : from[right++]!;
  }
}
