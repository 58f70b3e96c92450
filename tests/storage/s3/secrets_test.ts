import { assert, assertEquals } from "@std/assert";
import { S3Adapter } from "../../../src/storage/s3/mod.ts";
import type { ObjectVersion } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { fault, html, type SeenRequest, stubS3, xml } from "../../helpers/s3_stub.ts";

const BODY = new TextEncoder().encode("body");
const SECRETS = [
  "the-access-key",
  "the-secret-key",
  "the-token+/=",
  encodeURIComponent("the-token+/="),
];

/** All that can be seen of a value, its hidden properties and causes too. */
function everythingOf(value: unknown): string {
  const seen: string[] = [];
  for (let each = value; each instanceof Error; each = each.cause) {
    seen.push(each.message, each.stack ?? "", `${Object.getOwnPropertyNames(each)}`);
    for (const name of Object.getOwnPropertyNames(each)) {
      seen.push(Deno.inspect((each as unknown as Record<string, unknown>)[name], { depth: 20 }));
    }
  }
  seen.push(Deno.inspect(value, { depth: 20, showHidden: true, getters: true }));
  seen.push(JSON.stringify(value) ?? "");
  return seen.join("\n");
}

/** The answer of a store that repeats the whole request. */
function echo({ headers, url }: SeenRequest): string {
  const sent = `${[...headers].map((pair) => pair.join(": ")).join("\n")}\n${url}`;
  return `<Message>${sent.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</Message>` +
    `<StringToSign>${headers.get("authorization")}</StringToSign>`;
}

const signed = (request: SeenRequest): string =>
  (request.headers.get("authorization") ?? "").replace(/.*Signature=/, "");

const REPLIES: Record<string, (request: SeenRequest) => Response> = {
  "a fault that repeats everything": (request) => {
    const document = `<Error><Code>SignatureDoesNotMatch</Code>${echo(request)}</Error>`;
    return xml(403, document);
  },
  "a failure that repeats everything": (request) => xml(500, `<Error>${echo(request)}</Error>`),
  "a code and a request id that repeat a key": () =>
    xml(
      403,
      "<Error><Code>the-access-key</Code><RequestId>the-secret-key</RequestId></Error>",
    ),
  "an unknown code": () => fault(418, "Unheard"),
  "a page": () => html(404),
  "truncated XML": (request) => xml(200, `<ListBucketResult>${signed(request)}`),
  "a reset connection": (request) => {
    throw Object.assign(new TypeError(`reset: ${signed(request)} the-secret-key`), {
      request,
      headers: request.headers,
      code: "ECONNRESET",
      cause: Object.assign(new Error(`Authorization: ${request.headers.get("authorization")}`), {
        request,
      }),
    });
  },
  "a region": () =>
    new Response("<html>", {
      status: 301,
      headers: { "x-amz-bucket-region": "the-secret-key the-token+/=" },
    }),
  "what is no error": (request) => {
    throw `${request.headers.get("authorization")} the-secret-key`;
  },
  "a body that fails": (request) => {
    const why = new Error(`${request.headers.get("authorization")}`);
    const body = new ReadableStream({ pull: (controller) => controller.error(why) });
    return new Response(body, { headers: { etag: '"e"', "content-length": "9" } });
  },
};

for (const [name, reply] of Object.entries(REPLIES)) {
  Deno.test(`S3Adapter shows no secret in ${name}`, async () => {
    const options = { sessionToken: "the-token+/=" };
    const { adapter, seen } = stubS3((request) => reply(request), options);
    const calls: Record<string, () => Promise<unknown>> = {
      stat: () => adapter.stat("a"),
      read: async () => await new Response((await adapter.read("a"))?.body).text(),
      write: () => adapter.write("a", BODY),
      create: () => adapter.write("a", BODY, { precondition: "absent" }),
      swap: () => adapter.write("a", BODY, { precondition: { version: "v" as ObjectVersion } }),
      stream: () => adapter.write("a", new Blob([new Uint8Array(9 * 1024 ** 2)]).stream()),
      delete: () => adapter.delete("a"),
      list: () => Array.fromAsync(adapter.list()),
    };
    let rejected = 0;
    for (const [call, run] of Object.entries(calls)) {
      const error = await run().then(() => undefined, (error: unknown) => error);
      if (error === undefined) continue;
      rejected++;
      assert(error instanceof StorageError, `${call}: ${error}`);
      const text = everythingOf(error);
      const secrets = [...SECRETS, ...seen.map(signed)];
      const told = secrets.filter((secret) => text.includes(secret));
      assertEquals(told, [], `${call}: ${text}`);
    }
    assert(rejected > 0);
  });
}

Deno.test("S3Adapter shows no secret of itself", () => {
  const adapter = new S3Adapter({
    bucket: "bucket",
    region: "eu-west-1",
    accessKeyId: "the-access-key",
    secretAccessKey: "the-secret-key",
    sessionToken: "the-token+/=",
  });
  const text = everythingOf(adapter) + Object.values(adapter);
  assertEquals(SECRETS.filter((secret) => text.includes(secret)), []);
});
