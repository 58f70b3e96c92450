import { assertEquals, assertRejects } from "@std/assert";
import type { S3Adapter } from "../../../src/storage/s3/mod.ts";
import type { ObjectVersion, Precondition } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import {
  type Answer,
  fault,
  object,
  type SeenRequest,
  stubS3,
  written,
} from "../../helpers/s3_stub.ts";

const BODY = new TextEncoder().encode("body");
const OLD: Precondition = { version: "old" as ObjectVersion };

/** The requests: methods, and the conditions of writes. */
function conditions(seen: readonly SeenRequest[]): string[] {
  return seen.map(({ method, headers }) => {
    const condition = headers.get("if-match") ?? headers.get("if-none-match");
    return condition === null ? method : `${method} ${condition}`;
  });
}

function write(adapter: S3Adapter, precondition: Precondition = OLD, signal?: AbortSignal) {
  return adapter.write("a", BODY, { precondition, signal });
}

/** The error of a refused write, and the requests. */
async function refusal(answer: Answer, precondition?: Precondition) {
  const { adapter, seen } = stubS3(answer);
  const error = await assertRejects(() => write(adapter, precondition), StorageError);
  return { code: error.code, outcome: error.outcome, message: error.message, seen };
}

const failed = () => fault(412, "PreconditionFailed");
const head = (etag: string) => object(null, { etag: `"${etag}"` });
const missing = () => fault(404, "NoSuchKey");

Deno.test("S3Adapter.write() sends a condition that others were in the way of again", async () => {
  for (const code of ["ConditionalRequestConflict", "OperationAborted"]) {
    for (const precondition of ["absent", OLD] as const) {
      const { adapter, seen } = stubS3((_, n) => n < 2 ? fault(409, code) : written("new"));
      assertEquals<string>((await write(adapter, precondition)).version, "new");
      assertEquals(seen.length, 3);
      assertEquals(new Set(conditions(seen)).size, 1);
      assertEquals(seen.map(({ body }) => body.length), [4, 4, 4]);
    }
  }
});

Deno.test("S3Adapter.write() ends as it settles when it was sent again", async () => {
  const answer: Answer = (_, n) => n === 0 ? fault(409, "ConditionalRequestConflict") : failed();
  const { code, outcome, seen } = await refusal(answer, "absent");
  assertEquals([code, outcome, seen.length], ["Conflict", "not-applied", 2]);
  const busy = await refusal(() => fault(409, "ConditionalRequestConflict"), "absent");
  assertEquals([busy.code, busy.outcome, busy.seen.length], ["Unavailable", "not-applied", 5]);
});

Deno.test("S3Adapter.write() is not applied when it is aborted between two tries", async () => {
  const controller = new AbortController();
  const { adapter, seen } = stubS3(() => {
    setTimeout(() => controller.abort(), 1);
    return fault(409, "ConditionalRequestConflict");
  });
  const writing = write(adapter, "absent", controller.signal);
  const error = await assertRejects(() => writing, StorageError);
  assertEquals([error.code, error.outcome, seen.length], ["Aborted", "not-applied", 1]);
});

Deno.test("S3Adapter.write() sends nothing else again", async () => {
  for (const status of [409, 429, 500, 502, 503, 504]) {
    const { seen } = await refusal(() => fault(status, "Unheard"));
    assertEquals(seen.length, 1, `${status}`);
  }
});

Deno.test("S3Adapter.write() rejects with Conflict for 412, and for 404 under If-Match", async () => {
  const exists = await refusal(failed, "absent");
  assertEquals([exists.code, exists.outcome], ["Conflict", "not-applied"]);
  assertEquals(exists.message, 'Cannot write "a" as it exists (s3: PreconditionFailed)');
  assertEquals(conditions(exists.seen), ["PUT *"]);
  const gone = await refusal(missing);
  assertEquals([gone.code, gone.outcome], ["Conflict", "not-applied"]);
  assertEquals(gone.message, 'Cannot write "a" as it does not exist (s3: NoSuchKey)');
  assertEquals((await refusal(() => fault(404, "NoSuchBucket"))).code, "Misconfigured");
});

Deno.test("S3Adapter.write() tries If-Match without quotes if the version is current", async () => {
  const ceph: Answer = ({ method, headers }) => {
    if (method === "HEAD") return head("old");
    return headers.get("if-match") === "old" ? written("new") : failed();
  };
  const { adapter, seen } = stubS3(ceph);
  assertEquals<string>((await write(adapter)).version, "new");
  assertEquals(conditions(seen), ['PUT "old"', "HEAD", "PUT old"]);
  await write(adapter);
  assertEquals(conditions(seen).slice(3), ["PUT old"], "The spelling was forgotten");
});

Deno.test("S3Adapter.write() never changes a spelling that has succeeded", async () => {
  let version = "old";
  const { adapter, seen } = stubS3(({ method, headers }) => {
    if (method === "HEAD") return head(version);
    if (headers.get("if-match") !== `"${version}"`) return failed();
    return written(version = "new");
  });
  await write(adapter);
  await assertRejects(() => write(adapter), StorageError);
  assertEquals(conditions(seen), ['PUT "old"', 'PUT "old"']);
});

Deno.test("S3Adapter.write() does not change the spelling if the version changed", async () => {
  for (const found of [() => head("other"), missing]) {
    const { code, outcome, seen, message } = await refusal(({ method }) =>
      method === "PUT" ? failed() : found()
    );
    assertEquals([code, outcome], ["Conflict", "not-applied"]);
    assertEquals(message, 'Cannot write "a" as the version changed (s3: PreconditionFailed)');
    assertEquals(conditions(seen).filter((each) => each.startsWith("PUT")), ['PUT "old"']);
  }
});

Deno.test("S3Adapter.write() rejects with Conflict if no spelling is accepted", async () => {
  const { code, outcome, seen } = await refusal(({ method }) =>
    method === "HEAD" ? head("old") : failed()
  );
  assertEquals([code, outcome], ["Conflict", "not-applied"]);
  assertEquals(conditions(seen), ['PUT "old"', "HEAD", "PUT old"]);
});

Deno.test("S3Adapter.write() is not applied if the check between two spellings fails", async () => {
  const { code, outcome } = await refusal(({ method }) =>
    method === "HEAD" ? fault(500, "InternalError") : failed()
  );
  assertEquals([code, outcome], ["Unavailable", "not-applied"]);
});

Deno.test("S3Adapter.write() learns one spelling from many writes at once", async () => {
  const ceph: Answer = ({ method, headers, url }) => {
    if (method === "HEAD") return head("old");
    return headers.get("if-match") === "old" ? written(url.pathname) : failed();
  };
  const { adapter, seen } = stubS3(ceph);
  const keys = ["a", "b", "c", "d"];
  await Promise.all(keys.map((key) => adapter.write(key, BODY, { precondition: OLD })));
  const before = seen.length;
  await Promise.all(keys.map((key) => adapter.write(key, BODY, { precondition: OLD })));
  assertEquals(conditions(seen).slice(before), keys.map(() => "PUT old"));
});

Deno.test("S3Adapter.write() sends no version that could match what it is not", async () => {
  for (const version of ["*", "a b", "old ", " old", '"old"', "o,ld", "\u00e9", "a\nb"]) {
    const { code, outcome, seen } = await refusal(failed, { version: version as ObjectVersion });
    assertEquals([code, outcome, seen.length], ["Conflict", "not-applied", 0], version);
  }
});

Deno.test("S3Adapter.write() finds the losers if Ceph answers 500 UnknownError", async (t) => {
  const lost = (found: Answer): Answer => (request, n) =>
    request.method === "PUT" ? fault(500, "UnknownError") : found(request, n);
  const stored = (body: string): Answer => ({ method, headers }) => {
    const to = Number(/bytes=0-(\d+)/.exec(headers.get("range") ?? "")?.[1] ?? NaN);
    if (method === "HEAD" || Number.isNaN(to)) return object(body, { etag: '"new"' });
    const range = { etag: '"new"', "content-range": `bytes 0-${to}/${body.length}` };
    return object(body.slice(0, to + 1), range, 206);
  };
  const cases: [string, Answer, Precondition, string, string][] = [
    ["another body", stored("else"), OLD, "Conflict", "not-applied"],
    ["a shorter body", stored("bod"), OLD, "Conflict", "not-applied"],
    ["a longer body", stored("longer"), OLD, "Conflict", "not-applied"],
    ["a body where none was", stored("else"), "absent", "Conflict", "not-applied"],
    ["no object any more", missing, OLD, "Conflict", "not-applied"],
    ["the very body and more", stored("body and more"), OLD, "Conflict", "unknown"],
    ["the very body, whosever it is", stored("body"), OLD, "Conflict", "unknown"],
    ["nothing changed", () => head("old"), OLD, "Unavailable", "unknown"],
    ["nothing made", missing, "absent", "Unavailable", "unknown"],
    ["no answer", () => fault(500, "InternalError"), OLD, "Unavailable", "unknown"],
  ];
  for (const [name, found, precondition, code, outcome] of cases) {
    await t.step(name, async () => {
      const result = await refusal(lost(found), precondition);
      assertEquals([result.code, result.outcome], [code, outcome] as typeof result.code[]);
    });
  }
});
