import { RecordScanner } from "../csv/record_scanner.ts";
import type {
  ByteRange,
  ObjectInfo,
  ReadResult,
  StorageAdapter,
} from "../storage/storage_adapter.ts";

const HEAD_BYTES = 65_536;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
/** Begins a header in the dialect that quotes by apostrophes. */
const APOSTROPHE = /^\ufeff?'/;

const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The first record of a piece and its last ones, as an object without what lies between. */
export interface Tail {
  /** Answers `read` and `stat` of the object. */
  readonly object: Pick<StorageAdapter, "stat" | "read">;
  /** Where the last records begin in it. */
  readonly start: number;
  /** What is added to an offset in it for the offset in the piece. */
  readonly shift: number;
}

/** Which part of a piece is read. */
export interface TailOptions {
  readonly key: string;
  /** Where a record begins, or the end of the piece. */
  readonly end: number;
  /** How many bytes before it are read at most. */
  readonly bytes: number;
}

/**
 * Reads the records that end before an offset, and not those before them. Where a record begins can be told
 * backwards: quotes stand only around cells and in pairs within them, so that a line ending is one of a
 * record if the number of quotes after it is even. Returns `null` if it cannot be told, as for files of
 * another dialect; or if the whole piece is as small.
 */
export async function tailOf(
  storage: StorageAdapter,
  { key, end, bytes }: TailOptions,
): Promise<Tail | null> {
  if (end <= bytes + HEAD_BYTES) return null;
  const head = await bytesOf(storage, key, { start: 0, end: HEAD_BYTES });
  const first = head === null ? null : firstRecord(head.bytes);
  if (head === null || first === null) return null;
  const last = await bytesOf(storage, key, { start: end - bytes, end });
  const from = last === null ? -1 : firstStart(last.bytes);
  if (last === null || from < 0) return null;
  const whole = new Uint8Array(first.length + last.bytes.length - from);
  whole.set(first);
  whole.set(last.bytes.subarray(from), first.length);
  const shift = end - bytes + from - first.length;
  return { object: objectOf(whole, head.info), start: first.length, shift };
}

/** The first record with its line ending; `null` if it is too long, or in another dialect. */
function firstRecord(head: Uint8Array): Uint8Array | null {
  if (APOSTROPHE.test(decoder.decode(head.subarray(0, 4)))) return null;
  const starts: number[] = [];
  new RecordScanner(0).push(head, (start) => void starts.push(start));
  const [, second] = starts;
  return second === undefined ? null : head.subarray(0, second);
}

/** Where the first record begins of which all is there; -1 if none does. */
function firstStart(bytes: Uint8Array): number {
  if (bytes.at(-1) !== NEWLINE) return -1;
  let found = -1;
  let isOutside = true;
  for (let at = bytes.length - 2; at >= 0; at--) {
    if (bytes[at] === QUOTE) isOutside = !isOutside;
    else if (bytes[at] === NEWLINE && isOutside) found = at + 1;
  }
  return found;
}

interface Bytes {
  readonly bytes: Uint8Array;
  readonly info: ObjectInfo;
}

async function bytesOf(
  storage: StorageAdapter,
  key: string,
  range: { readonly start: number; readonly end: number },
): Promise<Bytes | null> {
  const read = await storage.read(key, { range });
  if (read === null) return null;
  const bytes = new Uint8Array(await new Response(read.body).arrayBuffer());
  return bytes.length < range.end - range.start ? null : { bytes, info: read.info };
}

/** An object that is in memory. */
function objectOf(whole: Uint8Array, { key, version }: ObjectInfo): Tail["object"] {
  const info: ObjectInfo = { key, version, size: whole.length };
  const read = (range: ByteRange = { start: 0 }): ReadResult => {
    const start = "last" in range ? Math.max(0, whole.length - range.last) : range.start;
    const end = Math.min(whole.length, ("last" in range ? undefined : range.end) ?? whole.length);
    const body = new Blob([whole.slice(start, end)]).stream();
    return { info, start, end, body };
  };
  return {
    stat: () => Promise.resolve(info),
    read: (_key, { range } = {}) => Promise.resolve(read(range)),
  };
}
