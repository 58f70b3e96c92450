import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import type {
  ObjectVersion,
  Precondition,
  WriteOptions,
} from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { type Answer, fault, stubS3, written, xml } from "../../helpers/s3_stub.ts";

const MIB = 1024 * 1024;
const CHUNK = 1_000_003;

/** A body in chunks of an odd size; what it has been asked for is in `given`. */
function source(size: number, failure?: unknown) {
  const body = new Uint8Array(size);
  for (let i = 0; i < size; i += 65536) {
    crypto.getRandomValues(body.subarray(i, i + 65536));
  }
  const state = { given: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (state.given < size) controller.enqueue(body.subarray(state.given, state.given += CHUNK));
      else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { body, stream, state };
}

function waitFor(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    }, { once: true });
  });
}

/** An answer other than the usual one. */
type Special = (what: string) => Response | undefined;

/** A store of one multipart upload. */
class UploadStub {
  readonly log: string[] = [];
  readonly parts: Map<number, Uint8Array> = new Map();
  completed = "";
  inFlight = 0;
  mostInFlight = 0;
  readonly #special: Special;

  constructor(special: Special) {
    this.#special = special;
  }

  readonly answer: Answer = async ({ method, url, body, signal }) => {
    const number = url.searchParams.get("partNumber");
    const what = number !== null
      ? `part ${number}`
      : url.searchParams.has("uploads")
      ? "begin"
      : { POST: "complete", DELETE: "abort" }[method] ?? method;
    this.log.push(what);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    // Earlier parts arrive later.
    try {
      if (number !== null) await waitFor(20 / Number(number), signal);
    } finally {
      this.inFlight--; // also where it is aborted
    }
    const special = this.#special(what);
    if (special !== undefined) return special;
    if (what === "begin") return result("Initiate", "<UploadId>the/id</UploadId>");
    if (what === "abort") return new Response(null, { status: 204 });
    if (what === "complete") {
      this.completed = new TextDecoder().decode(body);
      return result("Complete", "<ETag>&quot;whole-2&quot;</ETag>");
    }
    if (number === null) return written("single");
    this.parts.set(Number(number), body);
    return written(`part-${number}`);
  };
}

function result(of: "Initiate" | "Complete", content: string): Response {
  const name = `${of}MultipartUploadResult`;
  return xml(200, `<${name}>${content}</${name}>`);
}

function uploading(
  special: Special = () => undefined,
) {
  const stub = new UploadStub(special);
  const { adapter, seen } = stubS3(stub.answer);
  const refusal = async (stream: ReadableStream<Uint8Array>, options?: WriteOptions) => {
    return await assertRejects(() => adapter.write("a", stream, options), StorageError);
  };
  return { stub, adapter, seen, refusal };
}

Deno.test("S3Adapter.write() sends a stream of up to 8 MiB in one request", async () => {
  for (const size of [0, 1, 5 * MIB + 1, 8 * MIB]) {
    const { adapter, seen, stub } = uploading();
    const { body, stream } = source(size);
    const info = await adapter.write("a", stream, { precondition: "absent" });
    assertEquals([info.size, info.version], [size, "single" as ObjectVersion]);
    assertEquals(stub.log, ["PUT"]);
    assertEquals(seen[0]?.headers.get("if-none-match"), "*");
    assertEquals(seen[0]?.body, body);
  }
});

Deno.test("S3Adapter.write() sends a longer stream in equal parts, few at a time", async () => {
  const { adapter, stub, seen } = uploading();
  const { body, stream } = source(23 * MIB + 17);
  const options = { contentType: "text/csv", metadata: { by: "ada" }, size: body.length };
  const info = await adapter.write("a", stream, options);
  assertEquals([info.size, info.version], [body.length, "whole-2" as ObjectVersion]);
  const parts = [...stub.parts].sort(([a], [b]) => a - b);
  const sizes = [5, 5, 5, 5, 3].map((mib) => mib * MIB);
  assertEquals(parts.map(([, part]) => part.length), [...sizes.slice(0, 4), 3 * MIB + 17]);
  assertEquals(parts.map(([number]) => number), [1, 2, 3, 4, 5]);
  const whole = new Uint8Array(await new Blob(parts.map(([, part]) => part.slice())).arrayBuffer());
  assertEquals(whole.findIndex((byte, i) => byte !== body[i]), -1);
  const numbers = [
    ...stub.completed.matchAll(/<PartNumber>(\d)<\/PartNumber><ETag>&quot;part-\1/g),
  ];
  assertEquals(numbers.map(([, number]) => number), ["1", "2", "3", "4", "5"]);
  assertEquals(stub.mostInFlight, 2);
  const [begin] = seen;
  assertEquals(begin?.headers.get("content-type"), "text/csv");
  assertEquals(begin?.headers.get("x-amz-meta-by"), "ada");
  assertEquals(seen.at(-1)?.url.searchParams.get("uploadId"), "the/id");
});

Deno.test("S3Adapter.write() uploads larger parts if a body would have too many", async () => {
  const { refusal, stub } = uploading();
  await refusal(source(30 * MIB).stream, { size: 80 * 1024 ** 3 });
  assertEquals(stub.parts.get(1)?.length, 9 * MIB);
  assertEquals(stub.parts.get(2)?.length, 9 * MIB);
});

Deno.test("S3Adapter.write() refuses a precondition on a stream of more than 8 MiB", async () => {
  for (const precondition of ["absent", { version: "v" as ObjectVersion }] as Precondition[]) {
    const known = uploading();
    const early = source(8 * MIB + 1);
    const error = await known.refusal(early.stream, { precondition, size: 8 * MIB + 1 });
    assertEquals([error.code, error.outcome], ["Unsupported", "not-applied"]);
    assert(error.message.includes("8 MiB") && error.message.includes("Uint8Array"), error.message);
    assertEquals([early.state.given, known.stub.log.length], [0, 0]);

    const { refusal, stub } = uploading();
    const { stream, state } = source(30 * MIB);
    const late = await refusal(stream, { precondition });
    assertEquals(
      [late.code, late.outcome, stub.log],
      ["Unsupported", "not-applied", []] as unknown[],
    );
    assertLess(state.given, 11 * MIB);
    assert(state.cancelled);
  }
});

Deno.test("S3Adapter.write() takes an upload back that fails", async (t) => {
  const reason = new Error("the source broke");
  const fails = async (
    what: string,
    write: (upload: ReturnType<typeof uploading>) => Promise<StorageError>,
    special: (what: string) => Response | undefined = () => undefined,
  ) => {
    await t.step(what, async () => {
      const upload = uploading(special);
      const error = await write(upload);
      assertEquals(error.outcome, "not-applied");
      assertEquals(upload.stub.log.at(-1), "abort");
      assertEquals(upload.stub.log.filter((each) => each === "abort").length, 1);
      assert(!upload.stub.log.includes("complete"));
      assertEquals(upload.stub.inFlight, 0);
    });
  };
  await fails("as its source fails", async ({ refusal }) => {
    const error = await refusal(source(12 * MIB, reason).stream);
    assertStrictEquals(error.cause, reason);
    return error;
  });
  await fails("as it is longer than its size", ({ refusal }) => {
    return refusal(source(12 * MIB).stream, { size: 11 * MIB });
  });
  await fails("as it is shorter than its size", ({ refusal }) => {
    return refusal(source(12 * MIB).stream, { size: 13 * MIB });
  });
  await fails("as a part is refused", async ({ refusal }) => {
    const { stream, state } = source(40 * MIB);
    const error = await refusal(stream);
    assertEquals(error.code, "PermissionDenied");
    assert(state.cancelled);
    return error;
  }, (what) => what === "part 2" ? fault(403, "AccessDenied") : undefined);
  await fails("as a part fails and the source has nothing more to say", async ({ refusal }) => {
    const { stream } = source(12 * MIB);
    const silent = new TransformStream<Uint8Array, Uint8Array>();
    const piping = stream.pipeTo(silent.writable, { preventClose: true }).catch(() => {});
    const error = await refusal(silent.readable);
    await piping;
    assertEquals(error.code, "Unavailable");
    return error;
  }, (what) => what === "part 1" ? fault(500, "InternalError") : undefined);
  await fails("as it is aborted", async ({ adapter }) => {
    const controller = new AbortController();
    const { stream, state } = source(40 * MIB);
    const writing = adapter.write("a", stream, { signal: controller.signal });
    const timer = setInterval(() => state.given > 11 * MIB && controller.abort(reason), 1);
    const error = await assertRejects(() => writing, StorageError);
    clearInterval(timer);
    assertEquals(error.code, "Aborted");
    assertStrictEquals(error.cause, reason);
    return error;
  });
});

Deno.test("S3Adapter.write() aborts no upload if none was started", async () => {
  const { refusal, stub } = uploading(() => fault(503, "SlowDown"));
  const error = await refusal(source(9 * MIB).stream);
  assertEquals([error.code, error.outcome], ["RateLimited", "not-applied"]);
  assertEquals(stub.log, ["begin"]);
});

Deno.test("S3Adapter.write() finds the outcome of a completion", async (t) => {
  const cases: [string, () => Response, string, string][] = [
    ["200 with an error", () => fault(200, "InternalError"), "Unavailable", "unknown"],
    ["200 with a refusal", () => fault(200, "EntityTooLarge"), "TooLarge", "not-applied"],
    ["500", () => fault(500, "InternalError"), "Unavailable", "unknown"],
    ["an upload that is gone", () => fault(404, "NoSuchUpload"), "Unavailable", "not-applied"],
    ["half a document", () => xml(200, "<CompleteMultipartUpl"), "Corrupt", "unknown"],
    ["nothing", () => new Response(""), "Corrupt", "unknown"],
  ];
  for (const [name, reply, code, outcome] of cases) {
    await t.step(name, async () => {
      const { refusal, stub } = uploading((what) => what === "complete" ? reply() : undefined);
      const error = await refusal(source(9 * MIB).stream);
      assertEquals([error.code, error.outcome], [code, outcome] as unknown[]);
      assertEquals(stub.log.at(-1), "abort");
    });
  }
  await t.step("spaces that keep a connection alive", async () => {
    const reply = () =>
      new Response(`   \n<?xml version="1.0"?><CompleteMultipartUploadResult>
      <ETag>"e-1"</ETag></CompleteMultipartUploadResult>`);
    const { adapter } = uploading((what) => what === "complete" ? reply() : undefined);
    assertEquals<string>((await adapter.write("a", source(9 * MIB).stream)).version, "e-1");
  });
});

Deno.test("S3Adapter.write() reports its own failure if the abort of the upload also fails", async () => {
  const { refusal } = uploading((what) =>
    what === "abort" || what === "part 1" ? fault(403, "AccessDenied") : undefined
  );
  assertEquals((await refusal(source(9 * MIB).stream)).code, "PermissionDenied");
});
