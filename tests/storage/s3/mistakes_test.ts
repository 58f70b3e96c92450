import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CSVLogger } from "../../../src/loggers/csv_logger.ts";
import { S3Adapter, type S3AdapterOptions } from "../../../src/storage/s3/mod.ts";
import type { ObjectVersion } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { runScript } from "../../helpers/deno.ts";
import { fault, stubS3, xml } from "../../helpers/s3_stub.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const BODY = new TextEncoder().encode("body");
const KEYS = { accessKeyId: "the-access-key", secretAccessKey: "the-secret-key" };

function refusalOf(options: Partial<S3AdapterOptions>): string {
  const make = () => new S3Adapter({ bucket: "flags", region: "auto", ...KEYS, ...options });
  const error = assertThrows(make, StorageError);
  assertEquals(error.code, "Misconfigured");
  return error.message;
}

const ENDPOINTS: Readonly<Record<string, string>> = {
  "minio.local": '"minio.local" is not a URL: did you mean "https://minio.local"?',
  "minio.local:9000": 'did you mean "https://minio.local:9000"?',
  "localhost:9000": 'did you mean "http://localhost:9000"?',
  "127.0.0.1:9000/s3": 'did you mean "http://127.0.0.1:9000/s3"?',
  "https://flags.s3.eu-central-1.amazonaws.com":
    'contains the bucket "flags": use the endpoint "https://s3.eu-central-1.amazonaws.com"',
  "https://account.r2.cloudflarestorage.com/flags":
    'contains the bucket "flags": use the endpoint "https://account.r2.cloudflarestorage.com"',
  "http://127.0.0.1:9000/flags/": 'use the endpoint "http://127.0.0.1:9000"',
  "https://host/s3/flags": 'use the endpoint "https://host/s3"',
  "https://flags.fra1.digitaloceanspaces.com":
    'use the endpoint "https://fra1.digitaloceanspaces.com"',
  "https://flags.0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com":
    'use the endpoint "https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com"',
};

for (const [endpoint, says] of Object.entries(ENDPOINTS)) {
  Deno.test(`S3Adapter refuses the endpoint ${endpoint} and shows the right one`, () => {
    assertStringIncludes(refusalOf({ endpoint }), says);
  });
}

Deno.test("S3Adapter accepts a path that ends like the bucket if pathStyle is set", () => {
  const options = { endpoint: "http://127.0.0.1/flags", bucket: "flags", pathStyle: true };
  assertEquals(new S3Adapter({ ...options, ...KEYS }).name, "s3");
});

Deno.test("S3Adapter refuses an endpoint with the bucket if pathStyle is false", () => {
  const endpoint = "https://flags.s3.eu-central-1.amazonaws.com";
  assertStringIncludes(refusalOf({ endpoint, pathStyle: false }), "contains the bucket");
});

const USABLE = [
  "https://host/flags/s3",
  "https://host/my-flags",
  "https://flags.example.com",
  "https://flags-s3.example.com",
];

for (const endpoint of USABLE) {
  Deno.test(`S3Adapter accepts the endpoint ${endpoint} for the bucket "flags"`, async () => {
    const { adapter, seen } = stubS3(() => new Response(null, { headers: { etag: '"e"' } }), {
      endpoint,
      bucket: "flags",
    });
    await adapter.write("a", BODY);
    assertEquals(seen.map(({ url }) => url.href), [`${endpoint}/flags/a`]);
  });
}

Deno.test("S3Adapter refuses options with neither an endpoint nor a region", () => {
  const make = () => new S3Adapter({ bucket: "flags", ...KEYS });
  assertThrows(make, StorageError, "neither an endpoint nor a region: set region");
});

Deno.test("S3Adapter refuses a region that R2 does not have", async () => {
  const endpoint = "https://account.r2.cloudflarestorage.com";
  assertStringIncludes(
    refusalOf({ endpoint, region: "eu-central-1" }),
    'R2 has no region "eu-central-1": set region to "auto"',
  );
  const { adapter } = stubS3(() => fault(400, "InvalidRegionName"));
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertEquals([error.code, error.outcome], ["Misconfigured", "not-applied"]);
  assertStringIncludes(error.message, "check region");
});

Deno.test("CSVLogger rejects at once if https is spoken to a port of http", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response();
  });
  const origin = `https://127.0.0.1:${server.addr.port}`;
  const storage = new S3Adapter({ endpoint: origin, bucket: "flags", ...KEYS });
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["question"]);
  const begin = performance.now();
  const error = await assertRejects(() => logger.flag(["2 + 2?"]), StorageError);
  assertEquals([error.code, error.outcome], ["Misconfigured", "not-applied"]);
  assertStringIncludes(error.message, `did you mean http://127.0.0.1:${server.addr.port}?`);
  assert(performance.now() - begin < 3000);
});

Deno.test("S3Adapter does not know the outcome of a write if TLS fails after an answer", async () => {
  const { adapter } = stubS3((_, n) => {
    if (n === 0) return new Response(null, { headers: { etag: '"e"' } });
    throw new TypeError("received corrupt message of type InvalidContentType");
  });
  await adapter.write("a", BODY);
  // The second request may have reached the store by the connection of the first one.
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertEquals([error.code, error.outcome], ["Misconfigured", "unknown"]);
  const reading = await assertRejects(() => adapter.stat("a"), StorageError);
  assertEquals([reading.code, reading.outcome], ["Misconfigured", undefined]);
});

Deno.test("S3Adapter names the permission that Deno lacks", async () => {
  await using dir = new TempDir();
  const script = `${dir.path}/write.ts`;
  const module = new URL("../../../src/storage/s3/mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    script,
    `import { S3Adapter } from ${JSON.stringify(module)};
    const keys = { accessKeyId: "the-access-key", secretAccessKey: "the-secret-key" };
    const storage = new S3Adapter({ endpoint: "http://127.0.0.1:9123", bucket: "flags", ...keys });
    const error = await storage.write("a", new Uint8Array(1)).catch((error) => error);
    console.log(JSON.stringify([error.code, error.outcome, error.message]));`,
  );
  const { stdout, stderr } = await runScript(new URL(`file://${script}`), {
    permissions: ["--allow-read", "--no-prompt"],
  });
  const [code, outcome, message] = JSON.parse(stdout.trim() || JSON.stringify([stderr]));
  assertEquals([code, outcome], ["PermissionDenied", "not-applied"]);
  assertStringIncludes(message, "run it with --allow-net=127.0.0.1:9123");
});

Deno.test("S3Adapter takes 304 for a lost creation or swap as a Conflict", async () => {
  const version = "old" as ObjectVersion;
  for (const precondition of ["absent", { version }] as const) {
    const { adapter } = stubS3(() => new Response(null, { status: 304 }));
    const write = () => adapter.write("a", BODY, { precondition });
    const error = await assertRejects(write, StorageError);
    assertEquals([error.code, error.outcome], ["Conflict", "not-applied"]);
  }
});

Deno.test("S3Adapter takes codes of keys that a store refuses as InvalidKey", async () => {
  for (const code of ["KeyTooLong", "InvalidKey", "InvalidObjectName", "XMinioInvalidObjectName"]) {
    const { adapter } = stubS3(() => fault(400, code));
    const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
    assertEquals([error.code, error.outcome], ["InvalidKey", "not-applied"]);
  }
});

Deno.test("S3Adapter is not confused by an error code such as constructor", async () => {
  const { adapter } = stubS3(() => fault(403, "constructor"));
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertEquals([error.code, error.outcome], ["PermissionDenied", "not-applied"]);
});

Deno.test("S3Adapter redacts a short secret as a word only", async () => {
  const reply = "<Error><Code>Odd</Code><Message>did id=id hide? solid</Message></Error>";
  const keys = { accessKeyId: "id", secretAccessKey: "hide" };
  const { adapter } = stubS3(() => xml(418, reply), keys);
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertStringIncludes(
    (error.cause as Error).message,
    "did [redacted]=[redacted] [redacted]? solid",
  );
});
