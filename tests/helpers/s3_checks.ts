import { AwsV4Signer } from "aws4fetch";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { S3Client } from "../../src/storage/s3/_client.ts";
import { listObjects } from "../../src/storage/s3/_list.ts";
import { resolveOptions } from "../../src/storage/s3/_options.ts";
import { S3Adapter, type S3AdapterOptions } from "../../src/storage/s3/mod.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { compareKeys } from "../../src/storage/validate_key.ts";

const MIB = 1024 * 1024;
const BODY = new TextEncoder().encode("body");

/** Calls of each method of an adapter. */
export const CALLS: Readonly<Record<string, (adapter: S3Adapter) => Promise<unknown>>> = {
  stat: (adapter) => adapter.stat("a"),
  read: (adapter) => adapter.read("a"),
  write: (adapter) => adapter.write("a", BODY),
  delete: (adapter) => adapter.delete("a"),
  list: (adapter) => Array.fromAsync(adapter.list()),
};

/** Keys that are easily mishandled in URLs, XML, signatures and sorting. */
export const AWKWARD_KEYS: readonly string[] = [
  ...[" ", "a b", "a  b", " a", "a ", "a+b", "a%20b", "%41", "%2F", "x%2Fy", "00123", "1e3"],
  ...[
    "a&amp;b",
    "&#39;",
    "<a>",
    "]]>",
    "\u00e9",
    "\ue000",
    "\u{1f30d}",
    "\u{1f468}\u200d\u{1f469}",
  ],
  ...Array.from("!\"#$%&'()*+,;=:?@[]^_`{|}~-", (sign) => `k${sign}`),
  ...["..a", ".a", "a.", "a..", "%2e%2e/a", "a/%2e/b", "?list-type=2", "#a", "a;b"],
];

/** Asserts that the error of every call names the wrong option. */
export async function checkConfiguration(right: S3AdapterOptions): Promise<void> {
  const old = () => new Date("2020-01-01");
  const wrong: [Partial<S3AdapterOptions>, string, string][] = [
    [{ secretAccessKey: "wrong-secret" }, "PermissionDenied", "secretAccessKey"],
    [{ accessKeyId: "wrong-id" }, "PermissionDenied", "accessKeyId"],
    [{ bucket: "no-such-bucket" }, "Misconfigured", "the bucket does not exist"],
    [{ now: old }, "PermissionDenied", "the clock of this machine is wrong"],
  ];
  for (const [options, code, says] of wrong) {
    const adapter = new S3Adapter({ ...right, ...options });
    for (const [name, call] of Object.entries(CALLS)) {
      const error = await assertRejects(() => call(adapter), StorageError);
      assertEquals(error.code, code, `${name}: ${error.message}`);
      assertStringIncludes(error.message, says, name);
      const mutates = name === "write" || name === "delete";
      assertEquals(error.outcome, mutates ? "not-applied" : undefined);
      assert(!Deno.inspect(error, { depth: 20 }).includes("wrong-secret"), name);
    }
  }
}

/** Asserts that each key names its own object and is listed, even in pages of one entry. */
export async function checkKeys(options: S3AdapterOptions, keys: readonly string[]): Promise<void> {
  const adapter = new S3Adapter(options);
  for (const key of keys) {
    await adapter.write(key, new TextEncoder().encode(key), { precondition: "absent" });
  }
  for (const key of keys) {
    const result = await adapter.read(key);
    assertEquals(await new Response(result?.body).text(), key);
  }
  const sorted = [...keys].sort(compareKeys);
  assertEquals((await Array.fromAsync(adapter.list())).map(({ key }) => key), sorted);
  // Some stores derive the token of a page from its last key.
  const client = new S3Client(resolveOptions(options));
  const context = { attempt: { adapter: "s3", operation: "list" } };
  const query = { prefix: "", after: "", pageSize: 1 };
  const paged = await Array.fromAsync(listObjects(client, query, context));
  assertEquals(paged.map(({ key }) => key), sorted);
  for (const [i, key] of sorted.entries()) {
    const behind = await Array.fromAsync(adapter.list({ after: key, limit: 1 }));
    assertEquals(behind[0]?.key, sorted[i + 1], key);
    const [first] = await Array.fromAsync(adapter.list({ prefix: key, limit: 1 }));
    assertEquals(first?.key, key);
  }
  for (const key of keys) await adapter.delete(key);
  assertEquals(await Array.fromAsync(adapter.list()), []);
}

/** Asserts that metadata of any kind is kept, whether written in one request or in parts. */
export async function checkMetadata(options: S3AdapterOptions): Promise<void> {
  const adapter = new S3Adapter(options);
  const texts = {
    plain: "a b  c",
    utf8: "\u00e9 \u{1f30d}",
    empty: "",
    spaced: " x ",
    lines: "a\nb",
  };
  const contentType = 'text/csv; charset=utf-8; header="present"';
  for (const size of [3, 9 * MIB]) {
    const body = new Blob([new Uint8Array(size)]).stream();
    const written = await adapter.write("a", body, { metadata: texts, contentType });
    const found = await adapter.stat("a");
    assertEquals<unknown[]>([found?.metadata, found?.contentType], [texts, contentType]);
    assertEquals<unknown[]>([found?.version, found?.size], [written.version, size]);
    assert(Math.abs(Date.now() - Number(found?.modified)) < 60_000);
  }
}

/** Sends a late part without the adapter, and returns the status. */
async function sendLatePart(url: string, options: S3AdapterOptions): Promise<number> {
  const { accessKeyId = "", secretAccessKey = "" } = options;
  const keys = { accessKeyId, secretAccessKey, service: "s3", region: "us-east-1" };
  const { headers } = await new AwsV4Signer({ method: "PUT", url, ...keys }).sign();
  const response = await fetch(url, { method: "PUT", headers, body: "late" });
  await response.body?.cancel();
  return response.status;
}

/** Asserts that the store does not keep an upload whose source fails in the middle. */
export async function checkLeftovers(options: S3AdapterOptions): Promise<void> {
  let part = "";
  const adapter = new S3Adapter({
    ...options,
    fetch(url, init) {
      if (url.includes("partNumber")) part = url;
      return fetch(url, init);
    },
  });
  let chunks = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (chunks++ < 40) controller.enqueue(new Uint8Array(MIB));
      else controller.error(new Error("the source broke"));
    },
  });
  await assertRejects(() => adapter.write("a", body), StorageError, "the source broke");
  assert(part !== "", "No part was sent");
  assertEquals(await sendLatePart(part, options), 404, "A part can still be added to the upload");
  assertEquals(await adapter.stat("a"), null);
}
