import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { R2Adapter } from "../../../src/storage/r2/mod.ts";
import type { ObjectVersion } from "../../../src/storage/storage_adapter.ts";
import {
  type Outcome,
  StorageError,
  type StorageErrorCode,
} from "../../../src/storage/storage_error.ts";
import { FakeR2Bucket } from "../../helpers/fake_r2_bucket.ts";

const MIB = 1024 * 1024;

function setUp(prefix?: string) {
  const bucket = new FakeR2Bucket();
  return { bucket, storage: new R2Adapter(bucket, { prefix }) };
}

async function refusal(
  action: () => Promise<unknown>,
  code: StorageErrorCode,
  outcome?: Outcome,
): Promise<StorageError> {
  const error = await assertRejects(action, StorageError);
  assertEquals([error.code, error.outcome], [code, outcome], error.message);
  return error;
}

function random(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
}

/** A body in chunks that fit no part. */
function streamOf(bytes: Uint8Array, then: () => void = () => {}): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return then(), controller.close();
      controller.enqueue(bytes.subarray(at, at += 999_983));
    },
  }, { highWaterMark: 0 });
}

/** R2's numbers, and the codes for them; the outcome is that of a write. */
const ANSWERS: readonly (readonly [message: string, code: StorageErrorCode, outcome: Outcome])[] = [
  ["put: We encountered an internal error. Please try again. (10001)", "Unavailable", "unknown"],
  [
    "put: Missing or invalid authentication credentials. (10002)",
    "PermissionDenied",
    "not-applied",
  ],
  ["put: Access denied. (10003)", "PermissionDenied", "not-applied"],
  ["put: The specified bucket does not exist. (10006)", "Misconfigured", "not-applied"],
  ["put: Your metadata headers exceed the maximum. (10012)", "InvalidArgument", "not-applied"],
  ["put: The specified object name is not valid. (10020)", "InvalidKey", "not-applied"],
  ["put: At least one of the preconditions failed. (10031)", "Conflict", "not-applied"],
  ["put: Service temporarily unavailable. (10043)", "Unavailable", "unknown"],
  ["put: Please reduce your concurrent request rate. (10058)", "RateLimited", "unknown"],
  ["put: The object is protected by the bucket lock. (10069)", "PermissionDenied", "not-applied"],
  ["put: Your proposed upload exceeds the maximum. (100100)", "TooLarge", "not-applied"],
  ["put: Unspecified error (0)", "Unknown", "unknown"],
  ["Network connection lost.", "Unavailable", "unknown"],
  ["Something (else) happened", "Unknown", "unknown"],
];

Deno.test("R2Adapter makes R2's errors errors of the contract", async () => {
  for (const [message, code, outcome] of ANSWERS) {
    const { bucket, storage } = setUp();
    const cause = new Error(message);
    bucket.meet = () => Promise.reject(cause);
    const error = await refusal(() => storage.write("a", random(1)), code, outcome);
    assertEquals([error.adapter, error.key], ["r2", "a"]);
    assertEquals(error.message, `Cannot write "a" as R2 said: ${message}`);
    assertStrictEquals(error.cause, cause);
    await refusal(() => storage.delete("a"), code, outcome);
    await refusal(() => storage.stat("a"), code);
    await refusal(() => storage.read("a"), code);
    await refusal(() => Array.fromAsync(storage.list()), code);
  }
});

Deno.test("R2Adapter keeps its keys below a prefix", async () => {
  const { bucket, storage } = setUp("flags/app");
  await storage.write("a", random(3), { precondition: "absent" });
  assertEquals([...bucket.objects.keys()], ["flags/app/a"]);
  assertEquals((await storage.stat("a"))?.key, "a");
  assertEquals((await Array.fromAsync(storage.list())).map(({ key }) => key), ["a"]);
  const conflict = await refusal(
    () => storage.write("a", random(3), { precondition: "absent" }),
    "Conflict",
    "not-applied",
  );
  assertEquals([conflict.key, conflict.message], ["a", 'Cannot write "a" as it exists']);
  const long = "k".repeat(255);
  const key = `${long}/${long}/${long}/${"k".repeat(250)}`;
  await refusal(() => storage.write(key, random(1)), "InvalidKey", "not-applied");
});

Deno.test("R2Adapter never asks for a version that is not an ETag", async () => {
  const { bucket, storage } = setUp();
  await storage.write("a", random(3));
  bucket.calls.splice(0);
  for (const version of ["*", '"1"', "1 ", "a,b", 'W/"1"'] as ObjectVersion[]) {
    await refusal(
      () => storage.write("a", random(3), { precondition: { version } }),
      "Conflict",
      "not-applied",
    );
    await refusal(() => storage.read("a", { ifVersion: version }), "Conflict");
  }
  assert(!bucket.calls.includes("put"));
});

Deno.test("R2Adapter puts a stream of up to 8 MiB at once, with its precondition", async () => {
  const { bucket, storage } = setUp();
  for (const size of [0, 1, 5 * MIB, 8 * MIB]) {
    const bytes = random(size);
    const key = `a-${size}`;
    await storage.write(key, streamOf(bytes), { precondition: "absent" });
    assertEquals(bucket.objects.get(key)?.bytes, bytes);
  }
  assertEquals(bucket.calls, ["put", "put", "put", "put"]);
});

Deno.test("R2Adapter sends a longer stream in equal parts, two at a time", async () => {
  const { bucket, storage } = setUp();
  const waiting: (() => void)[] = [];
  bucket.meet = (call) =>
    call.startsWith("uploadPart")
      // Out of order, as on a network.
      ? new Promise((go) => (waiting.push(go), setTimeout(() => waiting.pop()?.(), 1)))
      : Promise.resolve();
  const bytes = random(33 * MIB + 12_345);
  const kept = { contentType: "text/csv", metadata: { a: "b" } };
  const info = await storage.write("a", streamOf(bytes), kept);
  assertEquals([info.size, info.contentType, info.metadata], [bytes.length, "text/csv", {
    a: "b",
  }]);
  assert(bucket.objects.get("a")?.bytes.every((byte, i) => byte === bytes[i]));
  const sizes = bucket.parts.toSorted((x, y) => y - x);
  assertEquals(sizes, [...Array(6).fill(5 * MIB), 3 * MIB + 12_345]);
  assertEquals([bucket.mostInFlight, bucket.pending], [2, 0]);
});

Deno.test("R2Adapter refuses a precondition on a longer stream, and leaves nothing", async () => {
  const { bucket, storage } = setUp();
  const refuse = (size?: number) =>
    refusal(
      () => storage.write("a", streamOf(random(9 * MIB)), { precondition: "absent", size }),
      "Unsupported",
      "not-applied",
    );
  await refuse();
  await refuse(9 * MIB);
  assertEquals(bucket.calls, []);
});

/** Failures of an upload: the step, the error, and the expected code and outcome. */
const FAILURES: readonly (readonly [call: string, code: StorageErrorCode, outcome: Outcome])[] = [
  ["createMultipartUpload", "Unavailable", "not-applied"],
  ["uploadPart 1", "Unavailable", "not-applied"],
  ["uploadPart 3", "Unavailable", "not-applied"],
  ["complete", "Unavailable", "unknown"],
];

Deno.test("R2Adapter takes back the parts of an upload that fails", async () => {
  for (const [failing, code, outcome] of FAILURES) {
    const { bucket, storage } = setUp();
    bucket.meet = (call) =>
      call === failing ? Promise.reject(new Error("internal (10001)")) : Promise.resolve();
    await refusal(() => storage.write("a", streamOf(random(20 * MIB))), code, outcome);
    assertEquals([bucket.pending, bucket.objects.size], [0, 0], failing);
  }
  const { bucket, storage } = setUp();
  const reason = new Error("the source broke");
  const broken = streamOf(random(20 * MIB), () => {
    throw reason;
  });
  const error = await refusal(() => storage.write("a", broken), "InvalidArgument", "not-applied");
  assertStrictEquals(error.cause, reason);
  assertEquals([bucket.pending, bucket.objects.size], [0, 0]);
  assert(!bucket.calls.includes("complete"));
});

Deno.test("R2Adapter does not wait once its signal is aborted", async () => {
  const hang = (call: string) => {
    const { bucket, storage } = setUp();
    const reached = Promise.withResolvers<void>();
    bucket.meet = (met) => {
      if (met !== call) return Promise.resolve();
      reached.resolve();
      return new Promise(() => {});
    };
    const controller = new AbortController();
    reached.promise.then(() => controller.abort());
    return { bucket, storage, signal: controller.signal };
  };
  const put = hang("put");
  await refusal(
    () => put.storage.write("a", random(1), { signal: put.signal }),
    "Aborted",
    "unknown",
  );
  const part = hang("uploadPart 2");
  await refusal(
    () => part.storage.write("a", streamOf(random(20 * MIB)), { signal: part.signal }),
    "Aborted",
    "not-applied",
  );
  assertEquals(part.bucket.pending, 0);
  const head = hang("head");
  await refusal(() => head.storage.stat("a", { signal: head.signal }), "Aborted");
});

Deno.test("R2Adapter cancels a body that comes when its reader has gone", async () => {
  const { bucket, storage } = setUp();
  await storage.write("a", random(1));
  const go = Promise.withResolvers<void>();
  bucket.meet = () => go.promise;
  const cancelled = Promise.withResolvers<void>();
  const get = bucket.get.bind(bucket);
  bucket.get = async (key, options) => {
    const object = await get(key, options);
    const body = new ReadableStream({ cancel: () => cancelled.resolve() });
    return { ...object!, body };
  };
  const controller = new AbortController();
  const reading = storage.read("a", { signal: controller.signal });
  controller.abort();
  await refusal(() => reading, "Aborted");
  go.resolve();
  await cancelled.promise;
});

Deno.test("R2Adapter errors a body that is shorter or longer than its object", async () => {
  for (const size of [4, 6]) {
    const { bucket, storage } = setUp();
    await storage.write("a", random(5));
    const get = bucket.get.bind(bucket);
    bucket.get = async (key, options) => {
      return { ...(await get(key, options))!, body: ReadableStream.from([random(size)]) };
    };
    const result = await storage.read("a");
    await refusal(() => new Response(result?.body).text(), "Corrupt");
  }
});

Deno.test("R2Adapter lists what are keys, and never ends early", async () => {
  const { bucket, storage } = setUp("p");
  const object = { size: 1, etag: "1", uploaded: new Date(0) };
  const names = ["p/", "p/a", "p/a//b", "p/b/", "p/c"];
  const objects = names.map((key) => ({ ...object, key }));
  bucket.list = () => Promise.resolve({ objects, truncated: false });
  assertEquals((await Array.fromAsync(storage.list())).map(({ key }) => key), ["a", "c"]);
  bucket.list = () => Promise.resolve({ objects, truncated: true });
  await refusal(() => Array.fromAsync(storage.list()), "Corrupt");
});

Deno.test("R2Adapter refuses metadata that is not a string", async () => {
  const { bucket, storage } = setUp();
  for (const metadata of [{ a: 1 }, { a: "\ud83c" }, { a: undefined }]) {
    const given = metadata as unknown as Record<string, string>;
    await refusal(
      () => storage.write("a", random(1), { metadata: given }),
      "InvalidArgument",
      "not-applied",
    );
  }
  assertEquals(bucket.calls, []);
});
