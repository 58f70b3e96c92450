import type { ObjectInfo, StorageAdapter } from "../../storage/storage_adapter.ts";
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

const LATEST_MS = 2 ** 48 - 1;

/**
 * Returns a unique name for a segment: names sort by the time when their segments begin.
 *
 * @param now The milliseconds since 1970
 */
export function newWriter(now: number): string {
  const time = Math.min(Math.max(Math.floor(now) || 0, 0), LATEST_MS);
  return `w${time.toString(16).padStart(12, "0")}${crypto.randomUUID().slice(0, 8)}`;
}

const BEGINNING = /(?:^|\.)w([0-9a-f]{12})[0-9a-f]{8}(?:\.\d+)?(?:\.[^./]*)?$/;

/**
 * When a segment begins, in milliseconds since 1970, by its key or its writer's name. `null` if an
 * earlier version of this package named it: such names are random and shorter.
 */
export function segmentStart(key: string): number | null {
  const [, time] = BEGINNING.exec(key) ?? [];
  return time === undefined ? null : parseInt(time, 16);
}

/** The metadata of a part: its number, which tells it from a copy and from another logger's file. */
export const PART = "flagstone-part";
/** The metadata of a part: how many rows the earlier parts have. */
export const ROWS_BEFORE = "flagstone-rows-before";

const NUMBER = /^[1-9]\d{0,14}$/;
const SEGMENT = /^(w[0-9a-f]{12}(?:[0-9a-f]{8})?)(?:\.([1-9]\d{0,14}))?$/;
const MAX_FIRST = 99_999; // a larger first number is a date

/** Yields the text between the dataset's stem and its extension, for each object next to it. */
async function* middles(
  storage: StorageAdapter,
  key: string,
  end?: string,
): AsyncGenerator<string, void, undefined> {
  const [stem, extension] = splitExtension(key);
  for await (const found of storage.list({ prefix: `${stem}.` })) {
    if (end !== undefined && found.key > end) return;
    if (found.key === key) yield "1";
    else if (found.key.endsWith(extension)) {
      yield found.key.slice(stem.length + 1, found.key.length - extension.length);
    }
  }
}

/** The last of the parts without a gap after the first one: retention removes the oldest parts. */
function lastInRow(parts: readonly number[]): number {
  const first = parts[0] ?? 1;
  if (first > MAX_FIRST) return 0;
  return parts.find((part, i) => parts[i + 1] !== part + 1) ?? first;
}

/**
 * Whether the object with a part's key is that part; `undefined` if its metadata do not say, and it
 * is not after a gap.
 */
function isPart(part: number, { metadata }: ObjectInfo, isInRow: boolean): boolean | undefined {
  const own = metadata?.[PART];
  if (own !== undefined) return own === String(part);
  return isInRow ? undefined : metadata?.[ROWS_BEFORE] !== undefined;
}

/** The numbers of a dataset's parts in their order. */
export interface Parts {
  readonly numbers: readonly number[];
  readonly latest: number;
  /** The metadata of the latest part, unless it is the first one. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Finds the parts of a dataset. The latest one is 1 if there is none. */
export async function findParts(storage: StorageAdapter, key: string): Promise<Parts> {
  const numbers: number[] = [];
  const [stem] = splitExtension(key);
  // ":" follows "9": segments come after the parts, and may be many.
  for await (const middle of middles(storage, key, `${stem}.:`)) {
    if (NUMBER.test(middle)) numbers.push(Number(middle));
  }
  numbers.sort((a, b) => a - b);
  if (numbers.length > 0 && (numbers[0] === 2 || await storage.stat(key))) numbers.unshift(1);
  const last = lastInRow(numbers);
  for (let latest; (latest = numbers.at(-1) ?? 1) > 1; numbers.pop()) {
    const info = await storage.stat(partKey(key, latest));
    if (info !== null && isPart(latest, info, latest <= last) !== false) {
      return { numbers, latest, metadata: info.metadata };
    }
  }
  return { numbers, latest: 1 };
}

/** A key that may be one of a dataset's objects. */
export interface ObjectKey {
  readonly key: string;
  /** The number of the part, of the dataset or of the segment. */
  readonly part: number;
  /** The name of the segment's writer; `null` for a part of the dataset. */
  readonly writer: string | null;
  /**
   * Whether the object that is read there is one; `undefined` if only its content can tell it from a
   * person's copy of the first part.
   */
  readonly holds: (info: ObjectInfo) => boolean | undefined;
}

/** Lists a dataset's objects: its parts in their order, then its segments. */
export async function objectKeysOf(storage: StorageAdapter, key: string): Promise<ObjectKey[]> {
  const parts: number[] = [];
  const segments: [writer: string, part: number][] = [];
  for await (const middle of middles(storage, key)) {
    if (NUMBER.test(middle)) parts.push(Number(middle));
    const [, writer, part = "1"] = SEGMENT.exec(middle) ?? [];
    if (writer !== undefined) segments.push([writer, Number(part)]);
  }
  parts.sort((a, b) => a - b);
  segments.sort(([a, x], [b, y]) => compareKeys(a, b) || x - y);
  const last = lastInRow(parts);
  return [
    ...parts.map((part) => ({
      key: partKey(key, part),
      part,
      writer: null,
      holds: (info: ObjectInfo) => part === 1 || isPart(part, info, part <= last),
    })),
    ...segments.map(([writer, part]) => ({
      key: partKey(segmentKey(key, writer), part),
      part,
      writer,
      holds: () => true,
    })),
  ];
}
