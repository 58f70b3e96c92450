import { assert, assertEquals, assertRejects } from "@std/assert";
import { S3Adapter } from "../../../src/storage/s3/mod.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { R2Server } from "../../helpers/r2_server.ts";
import {
  AWKWARD_KEYS,
  CALLS,
  checkConfiguration,
  checkKeys,
  checkLeftovers,
  checkMetadata,
} from "../../helpers/s3_checks.ts";

const server = await R2Server.start();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const BODY = new TextEncoder().encode("body");

Deno.test("S3Adapter on R2 names the wrong part of its configuration", () => {
  return checkConfiguration(server.takeBucket());
});

// Without U+2028 and U+2029, which miniflare 4 does not route: it answers them with 404 in text.
Deno.test("S3Adapter on R2 reaches an object of every awkward key", () => {
  return checkKeys(server.takeBucket(), AWKWARD_KEYS);
});

Deno.test("S3Adapter on R2 keeps metadata of any kind, in one request or in parts", () => {
  return checkMetadata(server.takeBucket());
});

Deno.test("S3Adapter on R2 leaves nothing of an upload that failed", () => {
  return checkLeftovers(server.takeBucket());
});

Deno.test("S3Adapter says that an endpoint is not an S3 service", async (t) => {
  const page = "<!doctype html><html><body>Hello</body></html>";
  for (const status of [200, 404]) {
    await t.step(`that answers ${status}`, async () => {
      await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
        return new Response(page, { status, headers: { "content-type": "text/html" } });
      });
      const endpoint = `http://127.0.0.1:${web.addr.port}`;
      const adapter = new S3Adapter({ ...server.takeBucket(), endpoint });
      for (const [name, call] of Object.entries(CALLS)) {
        if (name === "delete" && status === 200) continue; // its reply has nothing to look for
        const error = await assertRejects(() => call(adapter), StorageError);
        assertEquals(error.code, "Corrupt", name);
        assert(/check the endpoint|is it an S3 service\?/.test(error.message), error.message);
      }
    });
  }
});

Deno.test("S3Adapter takes a key of 1024 bytes, also of awkward ones", async () => {
  const adapter = new S3Adapter(server.takeBucket());
  const segment = (char: string) => char.repeat(255 / new TextEncoder().encode(char).length);
  for (const char of ["s", "\u20ac", "+", " "]) {
    const key = `${segment(char)}/${segment("a")}/${segment("b")}/${segment("c").slice(1)}/e`;
    assertEquals(new TextEncoder().encode(key).length, 1024);
    const { version } = await adapter.write(key, BODY);
    assertEquals((await adapter.stat(key))?.version, version);
    assertEquals((await Array.fromAsync(adapter.list()))[0]?.key, key);
    await adapter.delete(key);
  }
});

Deno.test("S3Adapter keeps to its prefix", async () => {
  const options = server.takeBucket();
  const whole = new S3Adapter(options);
  const part = new S3Adapter({ ...options, prefix: "team+1/" });
  for (const key of ["team", "team+1", "team+1/b", "team+2/a"]) await whole.write(key, BODY);
  await part.write("a/b", BODY);
  assertEquals((await Array.fromAsync(part.list())).map(({ key }) => key), ["a/b", "b"]);
  const after = await Array.fromAsync(part.list({ after: "a/b" }));
  assertEquals(after.map(({ key }) => key), ["b"]);
  assertEquals((await whole.stat("team+1/a/b"))?.size, 4);
  assertEquals(await part.stat("team"), null);
});

Deno.test("S3Adapter's spoilt bytes are refused by the store", async () => {
  const options = server.takeBucket();
  const adapter = new S3Adapter({
    ...options,
    fetch: (url, init) => fetch(url, { ...init, body: init.body ? "spoilt" : null }),
  });
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertEquals<unknown[]>([error.code, error.outcome], ["Corrupt", "not-applied"]);
  assertEquals(await new S3Adapter(options).stat("a"), null);
});
