import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { S3Adapter } from "../../../src/storage/s3/mod.ts";
import type { ObjectInfo, ObjectVersion } from "../../../src/storage/storage_adapter.ts";
import {
  type Outcome,
  StorageError,
  type StorageErrorCode,
} from "../../../src/storage/storage_error.ts";
import {
  type Answer,
  fault,
  html,
  object,
  page,
  stubS3,
  written,
  xml,
} from "../../helpers/s3_stub.ts";

const BODY = new TextEncoder().encode("body");

/** The ways to call the adapter, by their names. */
const CALLS = {
  stat: (adapter: S3Adapter) => adapter.stat("a/b"),
  read: (adapter: S3Adapter) => adapter.read("a/b"),
  write: (adapter: S3Adapter) => adapter.write("a/b", BODY),
  delete: (adapter: S3Adapter) => adapter.delete("a/b"),
  list: (adapter: S3Adapter) => Array.fromAsync(adapter.list()),
} as const;

type CallName = keyof typeof CALLS;

async function refused(call: CallName, answer: Answer): Promise<StorageError> {
  const { adapter } = stubS3(answer);
  const error = await assertRejects(() => CALLS[call](adapter), StorageError);
  assertEquals(error.adapter, "s3");
  assertEquals(error.key, call === "list" ? undefined : "a/b");
  return error;
}

async function listed(...pages: Response[]): Promise<ObjectInfo[]> {
  const { adapter } = stubS3((_, n) => pages[n] ?? page([]));
  return await Array.fromAsync(adapter.list());
}

type Row = readonly [
  status: number,
  code: string,
  expected: StorageErrorCode,
  outcome: Outcome,
  says: string,
];

const FAULTS: readonly Row[] = [
  [403, "AccessDenied", "PermissionDenied", "not-applied", "do not permit it"],
  [403, "InvalidAccessKeyId", "PermissionDenied", "not-applied", "check accessKeyId"],
  [403, "SignatureDoesNotMatch", "PermissionDenied", "not-applied", "secretAccessKey"],
  [
    403,
    "RequestTimeTooSkewed",
    "PermissionDenied",
    "not-applied",
    "clock of this machine is wrong",
  ],
  [400, "ExpiredToken", "PermissionDenied", "not-applied", "expired"],
  [401, "Unheard", "PermissionDenied", "not-applied", "credentials"],
  [404, "NoSuchBucket", "Misconfigured", "not-applied", "the bucket does not exist"],
  [
    400,
    "AuthorizationHeaderMalformed",
    "Misconfigured",
    "not-applied",
    'set region to "eu-west-9"',
  ],
  [301, "PermanentRedirect", "Misconfigured", "not-applied", 'set region to "eu-west-9"'],
  [405, "MethodNotAllowed", "Misconfigured", "not-applied", "is it an S3 service?"],
  [400, "EntityTooLarge", "TooLarge", "not-applied", "size"],
  [400, "KeyTooLongError", "InvalidKey", "not-applied", "length"],
  [400, "MetadataTooLarge", "InvalidArgument", "not-applied", "metadata"],
  [400, "XAmzContentSHA256Mismatch", "Corrupt", "not-applied", "its bytes were changed on the way"],
  [403, "QuotaExceeded", "NoSpace", "not-applied", "quota"],
  [507, "Unheard", "NoSpace", "not-applied", "full"],
  [501, "NotImplemented", "Unsupported", "not-applied", "does not offer"],
  [418, "Unheard", "Unknown", "not-applied", "s3: Unheard"],
  [503, "SlowDown", "RateLimited", "unknown", "busy"],
  [429, "TooManyRequests", "RateLimited", "unknown", "busy"],
  [429, "Unheard", "RateLimited", "unknown", "busy"],
  [500, "InternalError", "Unavailable", "unknown", "failed"],
  [500, "UnknownError", "Unavailable", "unknown", "failed"],
  [502, "Unheard", "Unavailable", "unknown", "failed"],
  [503, "ServiceUnavailable", "Unavailable", "unknown", "failed"],
  [504, "Unheard", "Unavailable", "unknown", "failed"],
  [400, "RequestTimeout", "Unavailable", "unknown", "slowly"],
];

for (const [status, code, expected, outcome, says] of FAULTS) {
  Deno.test(`S3Adapter rejects with ${expected} for ${status} ${code}`, async () => {
    const answer = () => fault(status, code, "<Region>eu-west-9</Region>");
    for (const call of Object.keys(CALLS) as CallName[]) {
      const error = await refused(call, answer);
      // A HEAD's reply has no document, and a store that is busy is not asked what it meant.
      if (call === "stat" && status === 503) continue;
      assertEquals(error.code, expected, call);
      const mutates = call === "write" || call === "delete";
      assertEquals(error.outcome, mutates ? outcome : undefined, call);
      if (call === "stat" && status >= 429) continue;
      assertStringIncludes(error.message, `(s3: ${code})`, call);
      assertStringIncludes(error.message, says, call);
      assertStringIncludes(`${error.cause}`, `${code}: So it is. (HTTP ${status})`);
    }
  });
}

Deno.test("S3Adapter rejects every page of a web server", async () => {
  for (const status of [400, 404, 410]) {
    for (const call of Object.keys(CALLS) as CallName[]) {
      const error = await refused(call, () => html(status));
      assertEquals(error.code, "Corrupt", `${status} ${call}`);
      assertStringIncludes(error.message, "HTML");
    }
  }
  for (const call of ["write", "list"] as const) {
    const error = await refused(call, () => html(200));
    assertEquals([error.code, error.outcome], [
      "Corrupt",
      call === "write" ? "unknown" : undefined,
    ]);
  }
  assertEquals((await refused("write", () => html(502))).code, "Unavailable");
  assertEquals((await refused("write", () => html(403))).code, "PermissionDenied");
  assertEquals((await refused("read", () => html(302))).code, "Misconfigured");
});

Deno.test("S3Adapter does not report a missing object for a 404 that does not name the key", async () => {
  for (const call of ["stat", "read"] as const) {
    for (const answer of [() => new Response(null, { status: 404 }), () => html(404)]) {
      assertEquals((await refused(call, answer)).code, "Corrupt");
    }
    assertEquals((await refused(call, () => fault(404, "NoSuchBucket"))).code, "Misconfigured");
    const { adapter } = stubS3(() => fault(404, "NoSuchKey"));
    assertEquals(await CALLS[call](adapter), null);
  }
});

Deno.test("S3Adapter.stat() asks with a GET why a HEAD failed", async () => {
  const { adapter, seen } = stubS3(({ method }) =>
    method === "HEAD" ? new Response(null, { status: 403 }) : fault(403, "InvalidAccessKeyId")
  );
  const error = await assertRejects(() => adapter.stat("a"), StorageError);
  assertStringIncludes(error.message, "InvalidAccessKeyId");
  assertEquals(seen.map(({ method }) => method), ["HEAD", "GET"]);
  assertEquals(seen[1]?.headers.get("range"), "bytes=0-0");
});

Deno.test("S3Adapter.stat() finds what appears between its two requests", async () => {
  const part = { "content-range": "bytes 0-0/7" };
  const answers = [new Response(null, { status: 404 }), object("x", part, 206)];
  const found = await stubS3((_, n) => answers[n]!).adapter.stat("a");
  assertEquals([found?.size, found?.version], [7, "etag" as ObjectVersion]);
  const empty = [new Response(null, { status: 404 }), fault(416, "InvalidRange"), object(null)];
  assertEquals((await stubS3((_, n) => empty[n]!).adapter.stat("a"))?.size, 0);
});

Deno.test("S3Adapter.stat() rejects if replies contradict each other", async () => {
  const { adapter } = stubS3(({ method }) =>
    method === "HEAD" ? new Response(null, { status: 404 }) : fault(416, "InvalidRange")
  );
  assertEquals((await assertRejects(() => adapter.stat("a"), StorageError)).code, "Unavailable");
});

Deno.test("S3Adapter.stat() returns the text of a weak ETag", async () => {
  const { adapter } = stubS3(() => object(null, { etag: 'W/"abc"' }));
  assertEquals<string | undefined>((await adapter.stat("a"))?.version, "abc");
});

Deno.test("S3Adapter.delete() also resolves if the store answers 404", async () => {
  for (const status of [200, 204]) {
    await stubS3(() => new Response(null, { status })).adapter.delete("a");
  }
  await stubS3(() => fault(404, "NoSuchKey")).adapter.delete("a");
});

Deno.test("S3Adapter.list() rejects an incomplete listing", async (t) => {
  const truncated = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a";
  const token = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
  const cases: Record<string, Response[]> = {
    "truncated XML": [xml(200, truncated)],
    "nothing at all": [new Response("")],
    "JSON": [new Response('{"keys":[]}')],
    "another document": [xml(200, "<ListAllMyBucketsResult/>")],
    "no word on whether there is more": [page(["a"], "")],
    "more without a token": [page(["a"], "<IsTruncated>true</IsTruncated>")],
    "the same token again": [page(["a"], token), page(["b"], token), page(["c"])],
    "an entry without an ETag": [
      xml(
        200,
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1</Size>" +
          "</Contents></ListBucketResult>",
      ),
    ],
    "an entry without a size": [
      xml(
        200,
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key>" +
          "<ETag>e</ETag></Contents></ListBucketResult>",
      ),
    ],
    "a key twice": [page(["a", "a"])],
    "a page twice": [page(["a", "b"], token), page(["a", "b"])],
    "keys out of order": [page(["b", "a"])],
    "keys in JavaScript's order": [page(["%F0%9F%8C%8D", "%EE%80%80"])],
    "a key that is not encoded": [page(["100%"])],
  };
  for (const [name, pages] of Object.entries(cases)) {
    await t.step(name, async () => {
      assertEquals((await assertRejects(() => listed(...pages), StorageError)).code, "Corrupt");
    });
  }
  await t.step("an error with a status of success", async () => {
    const pages = [xml(200, "<Error><Code>AccessDenied</Code></Error>")];
    const error = await assertRejects(() => listed(...pages), StorageError);
    assertEquals(error.code, "PermissionDenied");
  });
});

Deno.test("S3Adapter.list() rejects pages without entries whose tokens alternate", async () => {
  const { adapter, seen } = stubS3((_, n) => {
    if (n > 20) throw new Error("The listing does not end");
    const token = `<NextContinuationToken>${n % 3}</NextContinuationToken>`;
    return page([], `<IsTruncated>true</IsTruncated>${token}`);
  });
  const error = await assertRejects(() => Array.fromAsync(adapter.list()), StorageError);
  assertEquals([error.code, seen.length], ["Corrupt", 4]);
});

Deno.test("S3Adapter.list() rejects pages without entries that have no end", async () => {
  const { adapter, seen } = stubS3((_, n) => {
    if (n > 5000) throw new Error("The listing does not end");
    const token = `<NextContinuationToken>${n}</NextContinuationToken>`;
    return page([], `<IsTruncated>true</IsTruncated>${token}`);
  });
  const error = await assertRejects(() => Array.fromAsync(adapter.list()), StorageError);
  assertEquals(error.code, "Corrupt");
  assert(seen.length > 100); // a store may skip many deleted objects
});

Deno.test("S3Adapter.list() decodes keys as the store says that it encodes them", async () => {
  const found = await listed(page(["00123", "a+b%2Bc%20d", "%C3%A9&amp;"]));
  assertEquals(found.map(({ key }) => key), ["00123", "a b+c d", "é&"]);
  const bare = "<Contents><Key> a+b%20&#39;&lt;</Key><Size>1</Size><ETag>e</ETag></Contents>";
  const document = `<ListBucketResult><IsTruncated>false</IsTruncated>${bare}</ListBucketResult>`;
  assertEquals((await listed(xml(200, document))).map(({ key }) => key), [" a+b%20'<"]);
});

Deno.test("S3Adapter.list() skips what has no key of ours", async () => {
  const found = await listed(page([".", "..%2Fa", "a", "a%0Ab", "a%2F", "a%2F%2Fb", "b%5Cc", "z"]));
  assertEquals(found.map(({ key }) => key), ["a", "z"]);
});

Deno.test("S3Adapter.list() requests no more than it needs, and returns the token", async () => {
  const token = "<IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;/+ =" +
    "</NextContinuationToken>";
  const { adapter, seen } = stubS3((_, n) => n === 0 ? page(["p%2Fb"], token) : page(["p%2Fc"]));
  const found = await Array.fromAsync(adapter.list({ prefix: "p/", after: "p/a +", limit: 2 }));
  assertEquals(found.map(({ key }) => key), ["p/b", "p/c"]);
  const queries = seen.map(({ url }) => Object.fromEntries(url.searchParams));
  const query = { "list-type": "2", "encoding-type": "url", "prefix": "p/", "max-keys": "2" };
  assertEquals(queries, [
    { ...query, "start-after": "p/a +" },
    { ...query, "start-after": "p/a +", "continuation-token": "t&/+ =" },
  ]);
  assert(!seen[0]?.url.search.includes("+"), "A space went out as a plus");
});

Deno.test("S3Adapter.list() filters if a store ignores its parameters", async () => {
  const { adapter } = stubS3(() => page(["a", "b%2F1", "b%2F2", "c"]));
  const found = await Array.fromAsync(adapter.list({ prefix: "b/", after: "b/1" }));
  assertEquals(found.map(({ key }) => key), ["b/2"]);
});

Deno.test("S3Adapter.write() rejects a reply without a version", async () => {
  const error = await refused("write", () => new Response(null));
  assertEquals([error.code, error.outcome], ["Corrupt", "unknown"]);
  const ok = () =>
    new Response("<Error><Code>InternalError</Code></Error>", {
      headers: { etag: '"e"' },
    });
  const hidden = await refused("write", ok);
  assertEquals([hidden.code, hidden.outcome], ["Unavailable", "unknown"]);
  assertEquals<string>((await stubS3(() => written("e")).adapter.write("a", BODY)).version, "e");
});
