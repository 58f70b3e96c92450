import { assertEquals, assertRejects } from "@std/assert";
import { CSVLogger, file, value } from "../../../mod.ts";
import type { S3AdapterOptions } from "../../../src/storage/s3/mod.ts";
import type { StorageAdapter } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { HttpS3 } from "../../helpers/http_s3.ts";
import { stubS3, written, xml } from "../../helpers/s3_stub.ts";

const CHECKSUM = "x-amz-checksum-sha256";

async function flagOver(storage: StorageAdapter): Promise<number> {
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup([value("q"), file("f")]);
  return await logger.flag(["1", new File(["content"], "a.txt")]);
}

Deno.test("S3Adapter with checksums logs into a bucket that refuses uploads without them", async () => {
  await using s3 = new HttpS3({ needsChecksum: true });
  const open = await s3.listen();
  const error = await assertRejects(() => flagOver(open()), StorageError);
  assertEquals([error.outcome, s3.objects.size], ["not-applied", 0]);
  assertEquals(await flagOver(open({ checksums: true })), 1);
});

Deno.test("S3Adapter with checksums sends those of the parts of a long stream, too", async () => {
  const sums = async (options: Partial<S3AdapterOptions>) => {
    let completed = "";
    const { adapter, seen } = stubS3(({ method, url, body }) => {
      if (method === "PUT") return written(`part-${url.searchParams.get("partNumber")}`);
      const [name, content] = url.searchParams.has("uploads")
        ? ["Initiate", "<UploadId>id</UploadId>"]
        : ["Complete", "<ETag>whole</ETag>"];
      if (name === "Complete") completed = new TextDecoder().decode(body);
      return xml(200, `<${name}MultipartUploadResult>${content}</${name}MultipartUploadResult>`);
    }, options);
    await adapter.write("a", new Blob([new Uint8Array(9 * 1024 ** 2)]).stream());
    return {
      algorithm: seen[0]!.headers.get("x-amz-checksum-algorithm"),
      sent: seen.filter(({ method }) => method === "PUT").map(({ headers }) =>
        headers.get(CHECKSUM)
      ),
      expected: await Promise.all(
        seen.filter(({ method }) => method === "PUT").map(async ({ body }) =>
          new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toBase64()
        ),
      ),
      completed: [...completed.matchAll(/<ChecksumSHA256>([^<]+)</g)].map(([, sum]) => sum),
    };
  };
  const { algorithm, sent, expected, completed } = await sums({ checksums: true });
  assertEquals([algorithm, expected.length], ["SHA256", 2]);
  assertEquals([...sent].sort(), [...expected].sort());
  assertEquals([...completed].sort(), [...expected].sort());
  const without = await sums({});
  assertEquals([without.algorithm, ...without.sent], [null, null, null]);
  assertEquals(without.completed, []);
});
