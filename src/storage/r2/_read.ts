import type { DriverCall, ReadCall, StoredInfo, StoredRange } from "../kit/driver_calls.ts";
import { readNothing } from "../kit/read_nothing.ts";
import { fail } from "../kit/fail.ts";
import { refuseVersion } from "../kit/preconditions.ts";
import type { R2BucketLike, R2ObjectBodyLike, R2ObjectLike, R2RangeLike } from "./_bucket.ts";
import { ask, r2Code } from "./_call.ts";
import { resolveRange } from "../kit/range.ts";
import type { ByteRange, ObjectVersion, ReadResult } from "../storage_adapter.ts";
import { hasCode, StorageError } from "../storage_error.ts";
import { checkedLength } from "../kit/checked_length.ts";

/** The number of attempts if the object changes between two requests. */
const LOOKS = 5;

/** The code of miniflare, besides R2's 10039, for a range that starts at the end. */
const UNSPECIFIED = 0;

/** Whether a version can be an ETag of R2; `*` would match anything, and spaces would be trimmed. */
export function isEtag(version: string): boolean {
  return /^[\w-]+$/.test(version);
}

/** The properties of an object that R2 reports. */
export function infoOf(object: R2ObjectLike): StoredInfo {
  const { size, etag, uploaded, httpMetadata, customMetadata } = object;
  const contentType = httpMetadata?.contentType;
  const hasMetadata = customMetadata !== undefined && Object.keys(customMetadata).length > 0;
  return {
    size,
    version: etag as ObjectVersion,
    modified: uploaded,
    ...(contentType === undefined ? {} : { contentType }),
    ...(hasMetadata ? { metadata: { ...customMetadata } } : {}),
  };
}

/** R2's form of a range; `undefined` if R2 cannot express it, such as an empty one. */
function r2Range(range: ByteRange): R2RangeLike | undefined {
  if ("last" in range) return range.last === 0 ? undefined : { suffix: range.last };
  const { start: offset, end } = range;
  if (end === undefined) return { offset };
  return end === offset ? undefined : { offset, length: end - offset };
}

function isBody(object: R2ObjectLike): object is R2ObjectBodyLike {
  return "body" in object && object.body instanceof ReadableStream;
}

/** Checks that the answer is for the request, and returns it. */
function take(object: R2ObjectLike, call: ReadCall): ReadResult {
  const { key, attempt, range, ifVersion } = call;
  if (!isBody(object)) throw fail(attempt, { code: "Conflict", why: "the version changed" });
  try {
    const info = { ...infoOf(object), key };
    refuseVersion(ifVersion, info.version, attempt);
    const { start, end } = resolveRange(range, info.size, attempt);
    return { info, start, end, body: checkedLength(object.body, end - start, call) };
  } catch (error) {
    object.body.cancel().catch(() => {});
    throw error;
  }
}

function drop(object: R2ObjectLike | null): void {
  if (object !== null && isBody(object)) object.body.cancel().catch(() => {});
}

/** Returns what R2 reports about an object, or `null` if there is no such object. */
export async function statR2(bucket: R2BucketLike, call: DriverCall): Promise<StoredInfo | null> {
  const object = await ask(call, () => bucket.head(call.key));
  return object && infoOf(object);
}

function isRangeError(error: unknown): boolean {
  return hasCode(error, "RangeNotSatisfiable") ||
    error instanceof StorageError && r2Code(error.cause) === UNSPECIFIED;
}

/** Reads an object or a part of it in one request. The bytes follow as they are read. */
export async function readR2(bucket: R2BucketLike, call: ReadCall): Promise<StoredRange | null> {
  const { key, attempt, range: asked, ifVersion, signal } = call;
  const range = asked && r2Range(asked);
  const get = () =>
    bucket.get(key, {
      ...(range === undefined ? {} : { range }),
      ...(ifVersion !== undefined && isEtag(ifVersion)
        ? { onlyIf: { etagMatches: ifVersion } }
        : {}),
    });
  let failure: unknown;
  for (let look = 0; look < LOOKS; look++) {
    if (asked !== undefined && (look > 0 || range === undefined)) {
      const nothing = await readNothing(call, () => statR2(bucket, call));
      if (nothing !== undefined) return nothing;
    }
    try {
      const object = await ask({ attempt, signal }, get, drop);
      return object && take(object, call);
    } catch (error) {
      // The range starts at the end or beyond: only the size shows which.
      if (range === undefined || !isRangeError(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}
