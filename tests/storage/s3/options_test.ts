import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { S3Adapter, type S3AdapterOptions } from "../../../src/storage/s3/mod.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { object, stubS3, written } from "../../helpers/s3_stub.ts";

const OPTIONS: S3AdapterOptions = {
  endpoint: "https://s3.test",
  bucket: "bucket",
  accessKeyId: "id",
  secretAccessKey: "secret",
};
const BODY = new TextEncoder().encode("hello");

/** Returns the URL of a read of "a/b c". */
async function urlOf(options: Partial<S3AdapterOptions>): Promise<string> {
  const { adapter, seen } = stubS3(() => object("x"), options);
  await adapter.read("a/b c").then((result) => result?.body.cancel());
  return seen[0]?.url.href ?? "";
}

Deno.test("S3Adapter reaches a bucket by path or by host", async () => {
  const cases: [Partial<S3AdapterOptions>, string][] = [
    [{ endpoint: "http://127.0.0.1:9000" }, "http://127.0.0.1:9000/bucket/a/b%20c"],
    [
      { endpoint: "http://h:1/cdn-cgi/local/r2/s3/" },
      "http://h:1/cdn-cgi/local/r2/s3/bucket/a/b%20c",
    ],
    [{ endpoint: new URL("https://h/p"), pathStyle: false }, "https://bucket.h/p/a/b%20c"],
    [
      { endpoint: undefined, region: "us-east-1" },
      "https://bucket.s3.us-east-1.amazonaws.com/a/b%20c",
    ],
    [
      { endpoint: undefined, region: "eu-west-1" },
      "https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c",
    ],
    [
      { endpoint: undefined, region: "us-east-1", bucket: "b.c" },
      "https://s3.us-east-1.amazonaws.com/b.c/a/b%20c",
    ],
    [
      { endpoint: undefined, region: "us-east-1", pathStyle: true },
      "https://s3.us-east-1.amazonaws.com/bucket/a/b%20c",
    ],
    [{ endpoint: "https://amazonaws.com.test" }, "https://amazonaws.com.test/bucket/a/b%20c"],
    [{ prefix: "team+1/x-" }, "http://s3.test/bucket/team%2B1/x-/a/b%20c"],
  ];
  for (const [options, url] of cases) assertEquals(await urlOf(options), url);
});

Deno.test("S3Adapter signs what it sends, and the bytes themselves", async () => {
  const now = () => new Date("2026-01-02T03:04:05.678Z");
  const options = { now, region: "eu-west-1", sessionToken: "the-token" };
  const { adapter, seen } = stubS3(() => written(), options);
  await adapter.write("a", BODY, { contentType: "text/plain" });
  const headers = seen[0]!.headers;
  assertEquals(headers.get("x-amz-date"), "20260102T030405Z");
  assertEquals(headers.get("x-amz-security-token"), "the-token");
  assertEquals(headers.get("content-type"), "text/plain");
  assertEquals(
    headers.get("x-amz-content-sha256"),
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  );
  const authorization = headers.get("authorization") ?? "";
  assert(
    authorization.includes("Credential=the-access-key/20260102/eu-west-1/s3/aws4_request"),
    authorization,
  );
  assert(authorization.includes("x-amz-security-token"), "The token is not signed");
});

Deno.test("S3Adapter takes bytes of shared memory", async () => {
  const { adapter, seen } = stubS3(() => written());
  const shared = new Uint8Array(new SharedArrayBuffer(5));
  shared.set(BODY);
  await adapter.write("a", shared);
  assertEquals(seen[0]?.body, BODY);
});

Deno.test("S3Adapter refuses invalid options, and its errors contain no secret", () => {
  const wrong: Record<string, Partial<S3AdapterOptions>> = {
    "its bucket is missing": { bucket: "" },
    "its region is missing": { region: "" },
    "its accessKeyId is missing": { accessKeyId: "" },
    "its secretAccessKey is missing": { secretAccessKey: undefined as unknown as string },
    "is not the name of a bucket": { bucket: "a/b" },
    '"..": is not the name': { bucket: ".." },
    '"s3.test" is not a URL: did you mean "https://s3.test"?': { endpoint: "s3.test" },
    "must start with http": { endpoint: "ftp://s3.test" },
    "contains a user or a password": { endpoint: "https://u:the-secret-key@s3.test" },
    "must have no query": { endpoint: "https://s3.test/?a=b" },
    "cannot start a key": { prefix: "/a" },
    'prefix "../" cannot': { prefix: "../" },
    'prefix "a//" cannot': { prefix: "a//" },
  };
  for (const [says, options] of Object.entries(wrong)) {
    const error = assertThrows(
      () => new S3Adapter({ ...OPTIONS, ...options }),
      StorageError,
      says.replace('"..": is', '".." is'),
    );
    assertEquals(error.code, "Misconfigured", says);
    assert(!Deno.inspect(error, { depth: 9 }).includes("the-secret-key"), says);
  }
});

Deno.test("S3Adapter's prefix is put before keys, and taken off in listings", async () => {
  const { adapter, seen } = stubS3(({ url }) =>
    url.searchParams.has("list-type")
      ? new Response(
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>p/a/b</Key>" +
          "<Size>1</Size><ETag>e</ETag></Contents></ListBucketResult>",
      )
      : written(), { prefix: "p/" });
  assertEquals((await adapter.write("a/b", BODY)).key, "a/b");
  const [entry] = await Array.fromAsync(adapter.list({ prefix: "a", after: "a/a" }));
  assertEquals(entry?.key, "a/b");
  const [write, list] = seen.map(({ url }) => url);
  assertEquals(write?.pathname, "/bucket/p/a/b");
  assertEquals(list?.searchParams.get("prefix"), "p/a");
  assertEquals(list?.searchParams.get("start-after"), "p/a/a");
});

Deno.test("S3Adapter refuses a key that is too long with its prefix", async () => {
  const { adapter, seen } = stubS3(() => written(), { prefix: "p/" });
  const key = Array(4).fill("s".repeat(255)).join("/");
  assertEquals(key.length, 1023);
  for (const run of [() => adapter.write(key, BODY), () => adapter.read(key)]) {
    const error = await assertRejects(run, StorageError);
    assertEquals([error.code, error.key], ["InvalidKey", key]);
  }
  await adapter.write(key.slice(1), BODY);
  assertEquals(seen.length, 1);
});

/** Sets variables of the environment until the block is left. */
function setEnv(variables: Record<string, string>): Disposable {
  const names = [
    ...["S3_ENDPOINT", "S3_BUCKET", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION"],
    ...["AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  for (const name of names) Deno.env.delete(name);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}

const KEYS = { AWS_ACCESS_KEY_ID: "env-id", AWS_SECRET_ACCESS_KEY: "env-secret", S3_BUCKET: "b" };

async function sentFromEnv(options: Partial<S3AdapterOptions> = {}) {
  const sent: { url: string; authorization: string; token: string | null }[] = [];
  const adapter = S3Adapter.fromEnv({
    fetch(url, init) {
      const headers = new Headers(init.headers);
      const authorization = headers.get("authorization") ?? "";
      sent.push({ url, authorization, token: headers.get("x-amz-security-token") });
      return Promise.resolve(written());
    },
    ...options,
  });
  await adapter.write("a", BODY);
  return sent[0]!;
}

Deno.test("S3Adapter.fromEnv() takes what the environment sets", async () => {
  using _ = setEnv({
    ...KEYS,
    AWS_SESSION_TOKEN: "env-token",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: "http://third.test",
    AWS_ENDPOINT_URL_S3: "http://second.test",
  });
  const { url, authorization, token } = await sentFromEnv();
  assertEquals([url, token], ["http://second.test/b/a", "env-token"]);
  assert(authorization.includes("Credential=env-id/"));
  assert(authorization.includes("/eu-west-1/s3/"));
  Deno.env.set("S3_ENDPOINT", "http://first.test");
  Deno.env.set("AWS_REGION", "us-west-2");
  const again = await sentFromEnv({ bucket: "given" });
  assertEquals(again.url, "http://first.test/given/a");
  assert(again.authorization.includes("/us-west-2/s3/"));
});

Deno.test("S3Adapter.fromEnv() knows AWS's endpoint of a region", async () => {
  using _ = setEnv({ ...KEYS, AWS_REGION: "eu-west-1" });
  assertEquals((await sentFromEnv()).url, "https://b.s3.eu-west-1.amazonaws.com/a");
});

Deno.test("S3Adapter.fromEnv() names what is missing", () => {
  using _ = setEnv({ AWS_ACCESS_KEY_ID: "env-id", AWS_SECRET_ACCESS_KEY: "" });
  const error = assertThrows(() => S3Adapter.fromEnv(), StorageError);
  assertEquals(error.code, "Misconfigured");
  assertEquals(
    error.message,
    "Cannot use the S3 adapter as the environment does not set S3_BUCKET, " +
      "AWS_SECRET_ACCESS_KEY, S3_ENDPOINT (or AWS_REGION)",
  );
});

Deno.test("S3Adapter.fromEnv() reads process.env without Deno", async () => {
  using _ = setEnv({});
  const { Deno: deno } = globalThis;
  const scope = globalThis as { Deno?: typeof Deno; process?: unknown };
  const { process } = scope;
  let sent: ReturnType<typeof sentFromEnv>;
  try {
    delete scope.Deno;
    scope.process = { env: { ...KEYS, S3_ENDPOINT: "http://node.test" } };
    sent = sentFromEnv();
  } finally {
    scope.Deno = deno;
    scope.process = process;
  }
  assertEquals((await sent).url, "http://node.test/b/a");
});

Deno.test("S3Adapter.fromEnv() says which permission it needs", {
  permissions: { env: false },
}, () => {
  const error = assertThrows(() => S3Adapter.fromEnv(), StorageError, "--allow-env=S3_ENDPOINT,");
  assertEquals(error.code, "Misconfigured");
});
