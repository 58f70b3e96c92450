import { type Attempt, fail } from "../kit/fail.ts";
import { refuseVersion } from "../kit/preconditions.ts";
import type { R2BucketLike, R2ObjectBodyLike, R2ObjectLike, R2RangeLike } from "./_bucket.ts";
import { ask, r2Code } from "./_call.ts";
import { resolveRange } from "../kit/range.ts";
import type {
  ByteRange,
  ObjectInfo,
  ObjectVersion,
  ReadOptions,
  ReadResult,
} from "../storage_adapter.ts";
import { hasCode, StorageError } from "../storage_error.ts";
import { watchBody } from "../kit/watch_body.ts";

/** How often a look is taken anew where the object changed between two requests. */
const LOOKS = 5;

/** What R2 answers besides 10039 to a range that begins at the end: miniflare, an error without a number. */
const UNSPECIFIED = 0;

/** What is read. */
export interface R2Reading {
  readonly bucket: R2BucketLike;
  /** The key in the bucket. */
  readonly inside: string;
  readonly attempt: Attempt;
  readonly options: ReadOptions;
}

/** Whether a version can be an ETag of R2; `*` would match anything, and spaces would be trimmed. */
export function isEtag(version: string): boolean {
  return /^[\w-]+$/.test(version);
}

/** What is known of an object, under its user's key. */
export function infoOf(object: R2ObjectLike, key: string): ObjectInfo {
  const { size, etag, uploaded, httpMetadata, customMetadata } = object;
  const contentType = httpMetadata?.contentType;
  const hasMetadata = customMetadata !== undefined && Object.keys(customMetadata).length > 0;
  return {
    key,
    size,
    version: etag as ObjectVersion,
    modified: uploaded,
    ...(contentType === undefined ? {} : { contentType }),
    ...(hasMetadata ? { metadata: { ...customMetadata } } : {}),
  };
}

/** R2's form of a range; `undefined` where R2 has none, as for no bytes at all. */
function r2Range(range: ByteRange): R2RangeLike | undefined {
  if ("last" in range) return range.last === 0 ? undefined : { suffix: range.last };
  const { start: offset, end } = range;
  if (end === undefined) return { offset };
  return end === offset ? undefined : { offset, length: end - offset };
}

/** A body that errors unless it has exactly so many bytes. */
function checkLength(
  body: ReadableStream<Uint8Array>,
  length: number,
  { attempt, options: { signal } }: R2Reading,
): ReadableStream<Uint8Array> {
  let seen = 0;
  const corrupt = (what: string) => {
    return fail(attempt, { code: "Corrupt", why: `its body has ${what} than ${length} bytes` });
  };
  return watchBody(body, {
    signal,
    next: async (read) => {
      const chunk = await read();
      if (chunk.done && seen < length && !signal?.aborted) throw corrupt("less");
      if (!chunk.done) seen += chunk.value.length;
      if (seen > length) throw corrupt("more");
      return chunk;
    },
  });
}

function isBody(object: R2ObjectLike): object is R2ObjectBodyLike {
  return "body" in object && object.body instanceof ReadableStream;
}

/** Takes what came, after a look at whether it is what was asked for. */
function take(object: R2ObjectLike, reading: R2Reading): ReadResult {
  const { attempt, options: { range, ifVersion } } = reading;
  const { key = "" } = attempt;
  if (!isBody(object)) throw fail(attempt, { code: "Conflict", why: "the version changed" });
  try {
    const info = infoOf(object, key);
    refuseVersion(ifVersion, info.version, attempt);
    const { start, end } = resolveRange(range, info.size, attempt);
    return { info, start, end, body: checkLength(object.body, end - start, reading) };
  } catch (error) {
    object.body.cancel().catch(() => {});
    throw error;
  }
}

function drop(object: R2ObjectLike | null): void {
  if (object !== null && isBody(object)) object.body.cancel().catch(() => {});
}

/** What is known of an object, or `null`. */
export async function statR2({ bucket, inside, attempt, options }: R2Reading): Promise<
  ObjectInfo | null
> {
  const { signal } = options;
  const object = await ask({ attempt, signal }, () => bucket.head(inside));
  return object && infoOf(object, attempt.key ?? "");
}

/** A read of nothing, once the size is known; `undefined` where the range has bytes after all. */
async function readNothing(reading: R2Reading): Promise<ReadResult | null | undefined> {
  const { attempt, options: { range, ifVersion } } = reading;
  const info = await statR2(reading);
  if (info === null) return null;
  refuseVersion(ifVersion, info.version, attempt);
  const { start, end } = resolveRange(range, info.size, attempt);
  const body = new ReadableStream({ start: (controller) => controller.close() });
  return start === end ? { info, start, end, body } : undefined;
}

function isRangeError(error: unknown): boolean {
  return hasCode(error, "RangeNotSatisfiable") ||
    error instanceof StorageError && r2Code(error.cause) === UNSPECIFIED;
}

/** Reads an object, or a part of it, in one request; the bytes follow as they are read. */
export async function readR2(reading: R2Reading): Promise<ReadResult | null> {
  const { bucket, inside, attempt, options } = reading;
  const { range: asked, ifVersion, signal } = options;
  const range = asked && r2Range(asked);
  const get = () =>
    bucket.get(inside, {
      ...(range === undefined ? {} : { range }),
      ...(ifVersion !== undefined && isEtag(ifVersion)
        ? { onlyIf: { etagMatches: ifVersion } }
        : {}),
    });
  let failure: unknown;
  for (let look = 0; look < LOOKS; look++) {
    if (asked !== undefined && (look > 0 || range === undefined)) {
      const nothing = await readNothing(reading);
      if (nothing !== undefined) return nothing;
    }
    try {
      const object = await ask({ attempt, signal }, get, drop);
      return object && take(object, reading);
    } catch (error) {
      // The range begins at the end or beyond: only the size tells which.
      if (range === undefined || !isRangeError(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}
