import type { Facet } from "./_facet.ts";
import type { FacetValue, HistogramBucket } from "./dataset_index.ts";

/** Numbers of rows. */
export type Numbers = Uint32Array;

/** Counts the texts of a facet, of all rows or of some, the most frequent first. */
export function facetOf({ codes, texts }: Facet, rows: Numbers | null): FacetValue[] {
  const counts = new Uint32Array(texts.length);
  const all = codes.view();
  if (rows === null) { for (let i = 0; i < all.length; i++) counts[all[i]!]!++; }
  else for (let i = 0; i < rows.length; i++) counts[all[rows[i]!]!]!++;
  return texts.map((value, code) => ({ value, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Counts rows in equal spans of time, of all rows or of some; those without a time are left out. */
export function bucketsOf(
  times: Float64Array,
  rows: Numbers | null,
  buckets: number,
): HistogramBucket[] {
  const length = rows?.length ?? times.length;
  const timeAt = (i: number) => times[rows === null ? i : rows[i]!]!;
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    const time = timeAt(i);
    if (time === -Infinity) continue;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (first === Infinity) return [];
  const width = Math.max(1000, Math.floor((last - first) / buckets) + 1);
  const counts = new Uint32Array(Math.floor((last - first) / width) + 1);
  for (let i = 0; i < length; i++) {
    const time = timeAt(i);
    if (time !== -Infinity) counts[Math.floor((time - first) / width)]!++;
  }
  return Array.from(counts, (count, i) => ({
    from: (first + i * width) / 1000,
    to: (first + (i + 1) * width) / 1000,
    count,
  }));
}
