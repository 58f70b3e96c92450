import { fail } from "../kit/fail.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { faultError, faultOfElement, readFault } from "./_errors.ts";
import { versionOf } from "./_etag.ts";
import type { S3Reply } from "./_reply.ts";
import { childText, type XmlElement } from "./_xml.ts";
import type { ObjectInfo } from "../storage_adapter.ts";
import { compareKeys } from "../validate_key.ts";

/** What to list, in whole keys. */
export interface ListQuery {
  readonly prefix: string;
  readonly after: string;
  /** How many entries a page should have; the store may give fewer. */
  readonly pageSize?: number | undefined;
}

/** A part of a listing. */
interface Page {
  readonly entries: readonly ObjectInfo[];
  /** What the next page is asked for with; `undefined` on the last one. */
  readonly token: string | undefined;
}

/** With `encoding-type=url` a `+` is a space, as in a form. */
function decodeKey(text: string, encoded: boolean): string {
  return encoded ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}

function entryOf(contents: XmlElement, encoded: boolean): ObjectInfo {
  const [key, size, etag, date] = ["Key", "Size", "ETag", "LastModified"]
    .map((name) => childText(contents, name));
  if (!key || !/^\d{1,15}$/.test(size ?? "") || !etag) {
    throw new SyntaxError("an entry lacks its key, size or ETag");
  }
  const modified = new Date(date ?? NaN);
  return {
    key: decodeKey(key, encoded),
    size: Number(size),
    version: versionOf(etag),
    ...(Number.isNaN(modified.getTime()) ? {} : { modified }),
  };
}

function pageOf(root: XmlElement): Page {
  if (root.name !== "ListBucketResult") throw new SyntaxError(`<${root.name}> is no listing`);
  // A store that does not encode does not say that it does.
  const encoded = childText(root, "EncodingType") === "url";
  const entries = root.children
    .filter(({ name }) => name === "Contents")
    .map((contents) => entryOf(contents, encoded));
  const truncated = childText(root, "IsTruncated")?.trim();
  if (truncated !== "true" && truncated !== "false") {
    throw new SyntaxError("it does not tell whether there is more");
  }
  if (truncated === "false") return { entries, token: undefined };
  const token = childText(root, "NextContinuationToken");
  if (!token) throw new SyntaxError("there is more, and no token to ask for it");
  return { entries, token };
}

async function readPage(reply: S3Reply, context: S3Context): Promise<Page> {
  if (!reply.ok) throw faultError(await readFault(reply, context), context);
  const root = await reply.xml(context);
  if (root.name === "Error") throw faultError(faultOfElement(root, reply), context);
  try {
    return pageOf(root);
  } catch (error) {
    throw reply.corrupt(
      context,
      error instanceof Error ? error.message : "it is no listing",
      error,
    );
  }
}

async function fetchPage(
  client: S3Client,
  { prefix, after, pageSize }: ListQuery,
  token: string | undefined,
  context: S3Context,
): Promise<Page> {
  const reply = await client.send({
    method: "GET",
    query: {
      "list-type": "2",
      "encoding-type": "url",
      prefix,
      ...(after === "" ? {} : { "start-after": after }),
      ...(pageSize === undefined ? {} : { "max-keys": `${pageSize}` }),
      ...(token === undefined ? {} : { "continuation-token": token }),
    },
  }, context);
  return await readPage(reply, context);
}

/** All entries with a prefix, page by page. A listing that cannot be right rejects. */
export async function* listObjects(
  client: S3Client,
  query: ListQuery,
  context: S3Context,
): AsyncGenerator<ObjectInfo, void, undefined> {
  const { prefix, after } = query;
  let token: string | undefined;
  let last: string | undefined;
  do {
    const page = await fetchPage(client, query, token, context);
    if (page.token !== undefined && page.token === token) {
      throw broken(context, "the store gives the same page again and again");
    }
    for (const entry of page.entries) {
      if (last !== undefined && compareKeys(entry.key, last) <= 0) {
        throw broken(context, "the store lists keys twice, or not in the order of their bytes");
      }
      last = entry.key;
      // Stores are known that ignore one of the two.
      if (entry.key.startsWith(prefix) && compareKeys(entry.key, after) > 0) yield entry;
    }
    token = page.token;
  } while (token !== undefined);
}

function broken({ attempt }: S3Context, why: string): Error {
  return fail(attempt, { code: "Corrupt", why });
}
