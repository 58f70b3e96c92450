import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { S3Adapter } from "../../../src/storage/s3/mod.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";

const BODY = new TextEncoder().encode("body");

/** A server that answers every request with these bytes and then closes, or never answers. */
class RawServer implements AsyncDisposable {
  readonly #listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Set<Deno.TcpConn> = new Set();
  readonly #serving: Promise<void>;
  /** Resolves when a request has come. */
  readonly asked: Promise<void>;

  constructor(reply: string | null) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.asked = promise;
    this.#serving = this.#serve(reply, resolve);
  }

  async #serve(reply: string | null, onAsked: () => void): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      await connection.read(new Uint8Array(65536));
      onAsked();
      if (reply === null) continue;
      await connection.write(new TextEncoder().encode(reply));
      this.#close(connection);
    }
  }

  #close(connection: Deno.TcpConn): void {
    this.#connections.delete(connection);
    connection.close();
  }

  get adapter(): S3Adapter {
    return new S3Adapter({
      endpoint: `http://127.0.0.1:${this.#listener.addr.port}/path`,
      bucket: "bucket",
      accessKeyId: "id",
      secretAccessKey: "secret",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
    await this.#serving;
  }
}

const PARTIAL = 'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 10\r\n\r\nhello';

Deno.test("The body of S3Adapter.read() errors if the connection is cut", async () => {
  await using server = new RawServer(PARTIAL);
  const result = await server.adapter.read("a");
  assertEquals(result?.end, 10);
  const reader = result!.body.getReader();
  assertEquals((await reader.read()).value, new TextEncoder().encode("hello"));
  const error = await assertRejects(() => reader.read(), StorageError);
  assertEquals(error.code, "Corrupt");
  assertStringIncludes(error.message, "ended after 5 of 10 bytes");
});

Deno.test("S3Adapter reports the outcome unknown if it cannot be known", async () => {
  const cut = [
    "",
    "HTTP/1.1 200 OK\r\nContent-Le",
    "HTTP/1.1 503 Slow\r\nContent-Length: 9\r\n\r\n<Err",
  ];
  for (const reply of cut) {
    await using server = new RawServer(reply);
    const { adapter } = server;
    for (const mutation of [() => adapter.write("a", BODY), () => adapter.delete("a")]) {
      const error = await assertRejects(mutation, StorageError);
      assertEquals([error.code, error.outcome], ["Unavailable", "unknown"]);
      assert(error.cause instanceof Error);
    }
    const error = await assertRejects(() => adapter.stat("a"), StorageError);
    assertEquals([error.code, error.outcome], ["Unavailable", undefined]);
  }
});

Deno.test("S3Adapter names the endpoint if nothing answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const endpoint = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const keys = { accessKeyId: "id", secretAccessKey: "secret" };
  const adapter = new S3Adapter({ endpoint, bucket: "bucket", ...keys });
  const error = await assertRejects(() => adapter.write("a", BODY), StorageError);
  assertEquals([error.code, error.outcome], ["Unavailable", "unknown"]);
  assertStringIncludes(error.message, `nothing answers at ${endpoint}: check the endpoint`);
});

Deno.test("S3Adapter's mutations that are aborted on the wire have an unknown outcome", async () => {
  const reasons = [
    ["Aborted", new Error("not wanted")],
    ["TimedOut", new DOMException("too late", "TimeoutError")],
  ] as const;
  for (const [code, reason] of reasons) {
    for (const operation of ["write", "delete", "stat", "read"] as const) {
      await using server = new RawServer(null);
      const { adapter } = server;
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const running = operation === "write"
        ? adapter.write("a", BODY, options)
        : adapter[operation]("a", options);
      const rejected = assertRejects(() => running as Promise<unknown>, StorageError);
      await server.asked;
      controller.abort(reason);
      const error = await rejected;
      assertEquals(error.code, code);
      const mutates = operation === "write" || operation === "delete";
      assertEquals(error.outcome, mutates ? "unknown" : undefined, operation);
      assertStrictEquals(error.cause, reason);
    }
  }
});

Deno.test("S3Adapter waits no longer for a fetch that does not listen to its signal", async () => {
  const late = Promise.withResolvers<Response>();
  const adapter = new S3Adapter({
    endpoint: "http://s3.test",
    bucket: "bucket",
    accessKeyId: "id",
    secretAccessKey: "secret",
    fetch: () => late.promise,
  });
  const controller = new AbortController();
  const writing = adapter.write("a", BODY, { signal: controller.signal });
  setTimeout(() => controller.abort(), 5);
  assertEquals((await assertRejects(() => writing, StorageError)).outcome, "unknown");
  let freed = false;
  late.resolve(new Response(new ReadableStream({ cancel: () => void (freed = true) })));
  await new Promise((done) => setTimeout(done, 1));
  assert(freed, "The late reply was left open");
});

/** Reads one HTTP request with its body. */
async function readRequest(connection: Deno.Conn): Promise<void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  for (let text = "";;) {
    text += decoder.decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    const [head, body] = text.split("\r\n\r\n");
    const length = Number(/^content-length: (\d+)/im.exec(head ?? "")?.[1] ?? 0);
    if (body !== undefined && body.length >= length) return;
  }
}

Deno.test("S3Adapter reports the outcome unknown if a write arrived and the server then vanished", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const serving = (async () => {
    const connection = await listener.accept();
    await readRequest(connection);
    const reply = 'HTTP/1.1 200 OK\r\netag: "1"\r\ncontent-length: 0\r\n\r\n';
    await connection.write(new TextEncoder().encode(reply));
    await readRequest(connection); // the second write is here, by the same connection
    listener.close();
    connection.close();
  })();
  const storage = new S3Adapter({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bucket",
    accessKeyId: "key",
    secretAccessKey: "secret",
  });
  await storage.write("a", new Uint8Array(1));
  const error = await assertRejects(() => storage.write("a", new Uint8Array(1)), StorageError);
  await serving;
  assertEquals([error.code, error.outcome], ["Unavailable", "unknown"]);
});
