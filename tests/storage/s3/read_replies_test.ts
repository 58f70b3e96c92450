import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { ObjectVersion, ReadOptions } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { fault, object, stubS3 } from "../../helpers/s3_stub.ts";

async function refusal(options: ReadOptions, ...replies: Response[]): Promise<StorageError> {
  const { adapter } = stubS3((_, n) => replies[n] ?? fault(500, "TooManyQuestions"));
  return await assertRejects(() => adapter.read("a", options), StorageError);
}

const etag = "etag" as ObjectVersion;

Deno.test("S3Adapter.read() rejects what is not the range that it asked for", async (t) => {
  const cases: Record<string, [ReadOptions, Response]> = {
    "200 to a range": [{ range: { start: 1 } }, object("body")],
    "206 to no range": [{}, object("body", { "content-range": "bytes 0-3/4" }, 206)],
    "206 without a Content-Range": [{ range: { start: 1 } }, object("ody", {}, 206)],
    "206 of an unknown size": [
      { range: { start: 1 } },
      object("ody", { "content-range": "bytes 1-3/*" }, 206),
    ],
    "another start": [
      { range: { start: 1 } },
      object("body", { "content-range": "bytes 0-3/4" }, 206),
    ],
    "an end too early": [
      { range: { start: 1 } },
      object("od", { "content-range": "bytes 1-2/4" }, 206),
    ],
    "an end too late": [
      { range: { start: 1, end: 2 } },
      object("ody", { "content-range": "bytes 1-3/4" }, 206),
    ],
    "too few at the end": [
      { range: { last: 3 } },
      object("dy", { "content-range": "bytes 2-3/4" }, 206),
    ],
    "a length that does not fit": [
      { range: { start: 1, end: 3 } },
      object("ody", { "content-range": "bytes 1-2/4" }, 206),
    ],
    "no length": [{}, new Response("body", { headers: { etag: '"e"' } })],
    "no ETag": [{}, new Response("body", { headers: { "content-length": "4" } })],
    "204": [{}, new Response(null, { status: 204, headers: { etag: '"e"' } })],
  };
  for (const [name, [options, reply]] of Object.entries(cases)) {
    await t.step(name, async () => {
      assertEquals((await refusal(options, reply)).code, "Corrupt");
    });
  }
});

Deno.test("S3Adapter.read() asks for the size if a range cannot be satisfied", async () => {
  const unsatisfiable = () => fault(416, "InvalidRange");
  const found = async (options: ReadOptions, ...replies: Response[]) => {
    const { adapter, seen } = stubS3((_, n) => replies[n]!);
    const result = await adapter.read("a", options);
    const text = await new Response(result?.body).text();
    return [seen.map(({ method }) => method).join(), result?.start, result?.end, text];
  };
  const at4 = { range: { start: 4 } };
  assertEquals(await found(at4, unsatisfiable(), object("body")), ["GET,HEAD", 4, 4, ""]);
  const last = { range: { last: 3 } };
  assertEquals(await found(last, unsatisfiable(), object(null)), ["GET,HEAD", 0, 0, ""]);
  assertEquals(await found({ range: { last: 0 } }, object("body")), ["HEAD", 4, 4, ""]);
  assertEquals(await found({ range: { start: 2, end: 2 } }, object("body")), ["HEAD", 2, 2, ""]);
  const grown = object("x", { "content-range": "bytes 4-4/5" }, 206);
  const replies = [unsatisfiable(), object("body!"), grown];
  assertEquals(await found(at4, ...replies), ["GET,HEAD,GET", 4, 5, "x"]);

  const beyond = await refusal({ range: { start: 5 } }, unsatisfiable(), object("body"));
  assertEquals(beyond.code, "RangeNotSatisfiable");
  const { adapter } = stubS3(({ method }) => method === "HEAD" ? object("body!") : unsatisfiable());
  const never = await assertRejects(() => adapter.read("a", at4), StorageError);
  assertEquals(never.code, "Unavailable");
});

Deno.test("S3Adapter.read() serves no other version than the one asked for", async () => {
  const ifVersion = "other" as ObjectVersion;
  const range = { start: 1, end: 1 };
  for (const options of [{ ifVersion }, { ifVersion, range }]) {
    // A store that ignores If-Match.
    assertEquals((await refusal(options, object("body"))).code, "Conflict");
  }
  const changed = await refusal({ ifVersion }, fault(412, "PreconditionFailed"));
  assertEquals(changed.code, "Conflict");
  assertEquals(
    changed.message,
    'Cannot read "a" as the version changed (s3: PreconditionFailed)',
  );
  const { adapter, seen } = stubS3(() => object("body"));
  await (await adapter.read("a", { ifVersion: etag }))?.body.cancel();
  assertEquals(seen[0]?.headers.get("if-match"), '"etag"');
});

Deno.test("The body of S3Adapter.read() errors if bytes are missing", async () => {
  for (const sent of ["", "bod", "body and more"]) {
    const { adapter } = stubS3(() => object(sent, { "content-length": "4" }));
    const result = await adapter.read("a");
    const error = await assertRejects(() => new Response(result?.body).text(), StorageError);
    assertEquals(error.code, "Corrupt");
    assertStringIncludes(error.message, "of 4 bytes");
  }
});

Deno.test("S3Adapter.read() pulls no bytes before the body is read", async () => {
  let pulled = 0;
  let cancelled = false;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const headers = { etag: '"e"', "content-length": "1000000" };
  const { adapter } = stubS3(() => new Response(source, { headers }));
  const result = await adapter.read("a");
  await new Promise((done) => setTimeout(done, 5));
  assertEquals(pulled, 0);
  const reader = result!.body.getReader();
  await reader.read();
  assertEquals(pulled, 1);
  await reader.cancel();
  assertEquals(cancelled, true);
});

Deno.test("S3Adapter.read() frees the source when its signal is aborted", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({ cancel: (why) => void (reason = why) });
  const headers = { etag: '"e"', "content-length": "10" };
  const { adapter } = stubS3(() => new Response(source, { headers }));
  const controller = new AbortController();
  const result = await adapter.read("a", { signal: controller.signal });
  const reading = new Response(result?.body).text().catch((error: unknown) => error);
  const why = new Error("not wanted");
  controller.abort(why);
  assertStrictEquals(await reading, why);
  assertStrictEquals(reason, why);
});
