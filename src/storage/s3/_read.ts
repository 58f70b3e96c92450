import { defined } from "../kit/defined.ts";
import type { StoredRange } from "../kit/driver_calls.ts";
import { readNothing } from "../kit/read_nothing.ts";
import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { refuseVersion } from "../kit/preconditions.ts";
import { resolveRange } from "../kit/range.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { conflict, faultError, readFault } from "./_errors.ts";
import { ifMatch, isEtag, versionOf } from "./_etag.ts";
import { metadataOf } from "./_metadata.ts";
import { dateOf, type S3Reply } from "./_reply.ts";
import type { ByteRange, ObjectInfo, ReadOptions, ReadResult } from "../storage_adapter.ts";

/** The number of attempts if the object changes between two requests. */
const LOOKS = 5;

/** The part of an object that a reply contains. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The information in the headers of an object of this size. */
function infoOf(key: string, size: number, reply: S3Reply, context: S3Context): ObjectInfo {
  const { headers } = reply;
  const etag = headers.get("etag");
  if (etag === null) throw reply.corrupt(context, "it has no ETag");
  const metadata = metadataOf(headers);
  return {
    key,
    size,
    version: versionOf(etag),
    ...defined({
      modified: dateOf(headers.get("last-modified")),
      contentType: headers.get("content-type") ?? undefined,
      metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    }),
  };
}

function partOf(reply: S3Reply): Part | undefined {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(
    reply.headers.get("content-range") ?? "",
  );
  if (range === null) return undefined;
  const [start = 0, last = 0, size = 0] = range.slice(1).map(Number);
  return { start, end: last + 1, size };
}

/** The size of an object, from a reply with its first byte or with all of it. */
function sizeOf(reply: S3Reply): number | undefined {
  return reply.status === 206 ? partOf(reply)?.size : numberOf(reply.headers.get("content-length"));
}

/** Reads the error document of a GET: the reply to a HEAD has no body. */
async function ask(
  client: S3Client,
  key: string,
  context: S3Context,
): Promise<ObjectInfo | null | undefined> {
  const headers = { range: "bytes=0-0" };
  const reply = await client.send({ method: "GET", key, headers }, context);
  if (reply.ok) {
    const size = sizeOf(reply);
    await reply.drop();
    return size === undefined ? undefined : infoOf(key, size, reply, context);
  }
  const fault = await readFault(reply, context);
  if (fault.code === "NoSuchKey") return null;
  if (fault.status === 416) return undefined; // it exists now, and is empty
  throw faultError(fault, context);
}

/** Returns what is known about an object, or `null` if the store says that it is missing. */
export async function statObject(
  client: S3Client,
  key: string,
  context: S3Context,
): Promise<ObjectInfo | null> {
  for (let look = 0; look < LOOKS; look++) {
    const reply = await client.send({ method: "HEAD", key }, context);
    await reply.drop();
    const size = numberOf(reply.headers.get("content-length"));
    if (reply.status === 200 && size !== undefined) return infoOf(key, size, reply, context);
    if (reply.status === 429 || reply.status >= 500) {
      throw faultError({ status: reply.status }, context);
    }
    const info = await ask(client, key, context);
    if (info !== undefined) return info;
  }
  throw contradictory(context.attempt);
}

function contradictory(attempt: Attempt): Error {
  return fail(attempt, {
    code: "Unavailable",
    why: "the replies of the store contradict each other",
  });
}

function rangeHeader(range: ByteRange): string {
  if ("last" in range) return `bytes=-${range.last}`;
  return `bytes=${range.start}-${range.end === undefined ? "" : range.end - 1}`;
}

/** Whether a range is empty for any object. HTTP cannot express such a range. */
function isEmpty(range: ByteRange): boolean {
  return "last" in range ? range.last === 0 : range.end === range.start;
}

/** Checks that a reply is for the request, and returns its body. */
async function take(
  reply: S3Reply,
  key: string,
  { range, ifVersion, signal }: ReadOptions,
  attempt: Attempt,
): Promise<ReadResult> {
  const context = { attempt, signal };
  try {
    if (reply.status !== (range === undefined ? 200 : 206)) {
      throw reply.corrupt(context, range === undefined ? "it is not whole" : "it is not a part");
    }
    const length = numberOf(reply.headers.get("content-length"));
    const part = range === undefined ? { start: 0, end: length, size: length } : partOf(reply);
    if (part?.size === undefined || part.end === undefined) {
      throw reply.corrupt(context, "it does not contain the size");
    }
    const { start, end, size } = part;
    const due = resolveRange(range, size, attempt);
    if (due.start !== start || due.end !== end || (length ?? end - start) !== end - start) {
      throw reply.corrupt(
        context,
        `it has the bytes ${start}-${end} instead of ${due.start}-${due.end}`,
      );
    }
    const info = infoOf(key, size, reply, context);
    refuseVersion(ifVersion, info.version, attempt);
    if (signal?.aborted) throw aborted(attempt, signal);
    return { info, start, end, body: reply.stream(attempt, end - start) };
  } catch (error) {
    await reply.drop();
    throw error;
  }
}

/** Reads an object or a part of it in one request. The bytes follow as they are read. */
export async function readObject(
  client: S3Client,
  key: string,
  options: ReadOptions,
  attempt: Attempt,
): Promise<StoredRange | null> {
  const { range, ifVersion, signal } = options;
  const context = { attempt, signal };
  const isMatched = ifVersion !== undefined && isEtag(ifVersion);
  const headers = defined({
    range: range && rangeHeader(range),
    "if-match": isMatched ? ifMatch(ifVersion) : undefined,
  });
  for (let look = 0; look < LOOKS; look++) {
    if (range !== undefined && (look > 0 || isEmpty(range))) {
      const nothing = await readNothing(
        { attempt, range, ifVersion, signal },
        () => statObject(client, key, context),
      );
      if (nothing !== undefined) return nothing;
    }
    const reply = await client.send({ method: "GET", key, headers }, context);
    if (reply.ok) return await take(reply, key, options, attempt);
    const fault = await readFault(reply, context);
    if (fault.code === "NoSuchKey") return null;
    if (fault.status === 412) throw conflict(attempt, "the version changed", fault, undefined);
    // The range starts at the end or beyond: only the size shows which.
    if (fault.status !== 416 || range === undefined) throw faultError(fault, context);
  }
  throw contradictory(attempt);
}
