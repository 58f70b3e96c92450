import { S3Adapter, type S3AdapterOptions } from "../../src/storage/s3/mod.ts";

/** A request that a stub received. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | null;
}

/** Answers a request; `n` counts from 0. */
export type Answer = (request: SeenRequest, n: number) => Response | Promise<Response>;

/** An adapter whose requests a function answers, and the requests. */
export interface StubbedS3 {
  readonly adapter: S3Adapter;
  readonly seen: SeenRequest[];
}

/**
 * Copies a body at once. If it were read asynchronously, an abort could come before a request that
 * was already sent is recorded, and what a test sees would depend on the load of the machine.
 */
function copyOf(body: BodyInit | null | undefined): Uint8Array<ArrayBuffer> {
  if (body === null || body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return new Uint8Array(body);
  throw new TypeError("The adapter sent a body that is not a Uint8Array");
}

/** Creates an adapter whose requests are answered by a function instead of a server. */
export function stubS3(answer: Answer, options: Partial<S3AdapterOptions> = {}): StubbedS3 {
  const seen: SeenRequest[] = [];
  const adapter = new S3Adapter({
    endpoint: "http://s3.test",
    bucket: "bucket",
    accessKeyId: "the-access-key",
    secretAccessKey: "the-secret-key",
    async fetch(url, init) {
      const request = {
        method: init.method ?? "GET",
        url: new URL(url),
        headers: new Headers(init.headers),
        body: copyOf(init.body),
        signal: init.signal ?? null,
      };
      init.signal?.throwIfAborted(); // aborted while its body was read
      seen.push(request);
      return await answer(request, seen.length - 1);
    },
    ...options,
  });
  return { adapter, seen };
}

/** Returns a response with an XML document. */
export function xml(status: number, document: string): Response {
  const headers = { "content-type": "application/xml" };
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${document}`, { status, headers });
}

/** Returns an error response. */
export function fault(status: number, code: string, more = ""): Response {
  const document = `<Error><Code>${code}</Code><Message>So it is.</Message>${more}</Error>`;
  return xml(status, document);
}

/** Returns the response of a web server that is not an S3 service. */
export function html(status: number): Response {
  const headers = { "content-type": "text/html", etag: '"page"' };
  return new Response("<!DOCTYPE html><html><body>It works!</body></html>", { status, headers });
}

/** Returns the response of a write. */
export function written(etag = "etag"): Response {
  return new Response(null, { headers: { etag: `"${etag}"` } });
}

/** Returns the response of a HEAD, or of a GET with these bytes. */
export function object(
  body: Uint8Array<ArrayBuffer> | string | null,
  headers: Record<string, string> = {},
  status = 200,
): Response {
  const length = typeof body === "string" ? body.length : body?.length ?? 0;
  const all = { etag: '"etag"', "content-length": `${length}`, ...headers };
  return new Response(body, { status, headers: all });
}

/** Returns one page of a listing; `rest` follows the entries. */
export function page(keys: readonly string[], rest = "<IsTruncated>false</IsTruncated>"): Response {
  const entries = keys.map((key) =>
    `<Contents><Key>${key}</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>`
  );
  return xml(
    200,
    `<ListBucketResult><EncodingType>url</EncodingType>${
      entries.join("")
    }${rest}</ListBucketResult>`,
  );
}
