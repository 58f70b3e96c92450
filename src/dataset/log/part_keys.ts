import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { compareKeys } from "../../storage/validate_key.ts";

/** Splits a key before its extension; the number of a sibling or a part goes between. */
export function splitExtension(key: string): [stem: string, extension: string] {
  const dot = key.lastIndexOf(".");
  return dot > key.lastIndexOf("/") + 1 ? [key.slice(0, dot), key.slice(dot)] : [key, ""];
}

/** The key of a part of a dataset: `dataset1.csv`, `dataset1.2.csv`, … */
export function partKey(key: string, part: number): string {
  const [stem, extension] = splitExtension(key);
  return part === 1 ? key : `${stem}.${part}${extension}`;
}

/** The key of the segment that only one writer of a dataset writes: `dataset1.w0f….csv`. */
export function segmentKey(key: string, writer: string): string {
  const [stem, extension] = splitExtension(key);
  return `${stem}.${writer}${extension}`;
}

/** Returns a unique name for a writer's segments. */
export function newWriter(): string {
  return `w${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

const PART = /^[1-9]\d{0,14}$/;
const SEGMENT = /^(w[0-9a-f]{12})(?:\.([1-9]\d{0,14}))?$/;

/** Yields the text between the dataset's stem and its extension, for each object next to it. */
async function* middles(
  storage: StorageAdapter,
  key: string,
): AsyncGenerator<string, void, undefined> {
  const [stem, extension] = splitExtension(key);
  for await (const found of storage.list({ prefix: `${stem}.` })) {
    if (!found.key.endsWith(extension) || found.key === key) continue;
    yield found.key.slice(stem.length + 1, found.key.length - extension.length);
  }
}

/** The last of the consecutive parts 2, 3, …; numbers after a gap are backups of a user. */
function lastInRow(parts: ReadonlySet<number>): number {
  let last = 1;
  while (parts.has(last + 1)) last++;
  return last;
}

/** Finds the number of a dataset's latest part, or 1 if it has no further part. */
export async function latestPart(storage: StorageAdapter, key: string): Promise<number> {
  const parts = new Set<number>();
  for await (const middle of middles(storage, key)) {
    if (PART.test(middle)) parts.add(Number(middle));
  }
  return lastInRow(parts);
}

/** Lists the keys of a dataset's objects: its parts in their order, then its segments. */
export async function objectKeysOf(storage: StorageAdapter, key: string): Promise<string[]> {
  const parts = new Set<number>();
  const segments: [writer: string, part: number][] = [];
  for await (const middle of middles(storage, key)) {
    if (PART.test(middle)) parts.add(Number(middle));
    const [, writer, part = "1"] = SEGMENT.exec(middle) ?? [];
    if (writer !== undefined) segments.push([segmentKey(key, writer), Number(part)]);
  }
  segments.sort(([a, x], [b, y]) => compareKeys(a, b) || x - y);
  return [
    ...Array.from({ length: lastInRow(parts) }, (_, i) => partKey(key, i + 1)),
    ...segments.map(([segment, part]) => partKey(segment, part)),
  ];
}
