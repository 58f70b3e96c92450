import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CSVLogger } from "../../../src/loggers/csv_logger.ts";
import { S3Adapter, type S3Credentials } from "../../../src/storage/s3/mod.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { HttpS3 } from "../../helpers/http_s3.ts";
import { fault, stubS3, written } from "../../helpers/s3_stub.ts";

const BODY = new TextEncoder().encode("body");

/** Temporary credentials: the nth ones. */
function temporary(n: number): S3Credentials {
  return {
    accessKeyId: `temporary-key-${n}`,
    secretAccessKey: `temporary-secret-${n}`,
    sessionToken: `temporary-token-${n}`,
  };
}

Deno.test("S3Adapter signs each request with the credentials of that moment", async () => {
  let n = 1;
  const { adapter, seen } = stubS3(() => written(), { credentials: () => temporary(n) });
  await adapter.write("a", BODY);
  n = 2;
  await adapter.write("a", BODY);
  const signed = seen.map(({ headers }) => [
    /Credential=([\w-]+)\//.exec(headers.get("authorization")!)?.[1],
    headers.get("x-amz-security-token"),
  ]);
  assertEquals(signed, [["temporary-key-1", "temporary-token-1"], [
    "temporary-key-2",
    "temporary-token-2",
  ]]);
});

Deno.test("S3Adapter sends nothing when its credentials function fails, and a logger tries again", async () => {
  await using s3 = new HttpS3();
  const open = await s3.listen();
  let failures = 2;
  const credentials = () => {
    if (failures-- > 0) throw new Error("the metadata service is away");
    return Promise.resolve(temporary(1));
  };
  const storage = open({ credentials });
  const error = await assertRejects(() => storage.write("a", BODY), StorageError, "is away");
  assertEquals([error.code, error.outcome, s3.objects.size], ["Unavailable", "not-applied", 0]);
  await using logger = new CSVLogger({ storage, verbose: false, retry: { delayMs: 1 } });
  await logger.setup(["q"]);
  assertEquals(await logger.flag(["1"]), 1);
});

Deno.test("S3Adapter shows no secret of renewed credentials, nor of those before", async () => {
  let n = 1;
  const { adapter } = stubS3(
    () => fault(403, "AccessDenied", "<X>temporary-secret-1 temporary-token-2</X>"),
    { credentials: () => temporary(n) },
  );
  for (n of [1, 2]) {
    const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
    const shown = Deno.inspect(error, { depth: 10 });
    assert(!/temporary-(secret|token)/.test(shown), shown);
  }
});

Deno.test("S3Adapter needs either keys or a credentials function", () => {
  const options = { endpoint: "http://s3.test", bucket: "b" };
  assertEquals(new S3Adapter({ ...options, credentials: () => temporary(1) }).name, "s3");
  try {
    new S3Adapter(options);
    throw new Error("It was accepted");
  } catch (error) {
    assertMatch((error as Error).message, /accessKeyId is missing/);
  }
});

Deno.test("S3Adapter sends its writeHeaders with every write, and with no read", async () => {
  const header = "x-amz-server-side-encryption";
  const { adapter, seen } = stubS3(
    ({ method }) => method === "PUT" ? written() : fault(404, "NoSuchKey"),
    { writeHeaders: { [header]: "aws:kms" } },
  );
  await adapter.write("a", BODY, { contentType: "text/csv" });
  await adapter.read("a");
  assertEquals(seen.map(({ method, headers }) => [method, headers.get(header)]), [
    ["PUT", "aws:kms"],
    ["GET", null],
  ]);
  assertMatch(seen[0]!.headers.get("authorization")!, new RegExp(header)); // it is signed
});
