import { defined } from "../kit/defined.ts";
import { fail } from "../kit/fail.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { faultError, faultOfElement, readFault } from "./_errors.ts";
import { versionOf } from "./_etag.ts";
import { dateOf, type S3Reply } from "./_reply.ts";
import { childText, type XmlElement } from "./_xml.ts";
import type { ObjectInfo } from "../storage_adapter.ts";
import { compareKeys } from "../validate_key.ts";

const MOST_EMPTY_PAGES = 1000;

/** The range of a listing, in whole keys. */
export interface ListQuery {
  readonly prefix: string;
  readonly after: string;
  /** The number of entries per page; the store may return fewer. */
  readonly pageSize?: number | undefined;
}

/** One page of a listing. */
interface Page {
  readonly entries: readonly ObjectInfo[];
  /** The token for the next page; `undefined` on the last one. */
  readonly token: string | undefined;
}

/** Decodes a key: with `encoding-type=url` a `+` is a space, as in a form. */
function decodeKey(text: string, encoded: boolean): string {
  return encoded ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}

function entryOf(contents: XmlElement, encoded: boolean): ObjectInfo {
  const [key, size, etag, date] = ["Key", "Size", "ETag", "LastModified"]
    .map((name) => childText(contents, name));
  if (!key || !/^\d{1,15}$/.test(size ?? "") || !etag) {
    throw new SyntaxError("an entry lacks its key, size or ETag");
  }
  return {
    key: decodeKey(key, encoded),
    size: Number(size),
    version: versionOf(etag),
    ...defined({ modified: dateOf(date) }),
  };
}

function pageOf(root: XmlElement): Page {
  if (root.name !== "ListBucketResult") throw new SyntaxError(`<${root.name}> is not a listing`);
  // A store that does not encode omits this element.
  const encoded = childText(root, "EncodingType") === "url";
  const entries = root.children
    .filter(({ name }) => name === "Contents")
    .map((contents) => entryOf(contents, encoded));
  const truncated = childText(root, "IsTruncated")?.trim();
  if (truncated !== "true" && truncated !== "false") {
    throw new SyntaxError("it does not say whether there are more entries");
  }
  if (truncated === "false") return { entries, token: undefined };
  const token = childText(root, "NextContinuationToken");
  if (!token) throw new SyntaxError("there are more entries, but no token for them");
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
      error instanceof Error ? error.message : "it is not a listing",
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
      ...defined({
        "start-after": after || undefined,
        "max-keys": pageSize?.toString(),
        "continuation-token": token,
      }),
    },
  }, context);
  return await readPage(reply, context);
}

/** Yields all entries with a prefix, page by page. Rejects if the listing cannot be right. */
export async function* listObjects(
  client: S3Client,
  query: ListQuery,
  context: S3Context,
): AsyncGenerator<ObjectInfo, void, undefined> {
  const { prefix, after } = query;
  let token: string | undefined;
  let last: string | undefined;
  // Keys only rise, so a listing without end consists of pages without entries.
  const tokens = new Set<string>();
  do {
    const page = await fetchPage(client, query, token, context);
    if (page.token !== undefined && tokens.has(page.token)) {
      throw broken(context, "the store repeats the same page");
    }
    if (page.entries.length > 0) tokens.clear();
    if (tokens.size >= MOST_EMPTY_PAGES) throw broken(context, "the store sends empty pages only");
    if (page.token !== undefined) tokens.add(page.token);
    for (const entry of page.entries) {
      if (last !== undefined && compareKeys(entry.key, last) <= 0) {
        throw broken(context, "the store repeats keys, or does not sort them by their bytes");
      }
      last = entry.key;
      // Some stores ignore the prefix or start-after.
      if (entry.key.startsWith(prefix) && compareKeys(entry.key, after) > 0) yield entry;
    }
    token = page.token;
  } while (token !== undefined);
}

function broken({ attempt }: S3Context, why: string): Error {
  return fail(attempt, { code: "Corrupt", why });
}
