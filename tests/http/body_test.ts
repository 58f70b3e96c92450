import { assert, assertEquals, assertLess } from "@std/assert";
import { file, MemoryAdapter, value } from "@flagstone/flagging";
import { createFeedback } from "@flagstone/flagging/http";
import { BASE, endpoint, problemOf, rowsIn, SAMPLE } from "./_requests.ts";

const BODY = new TextEncoder().encode(JSON.stringify({ data: SAMPLE, option: "good" }));
const JSON_TYPE = { "content-type": "application/json" };

function stream(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, headers = {}): Request {
  return new Request(BASE, {
    method: "POST",
    headers: { ...JSON_TYPE, ...headers },
    body: ReadableStream.from(chunks) as BodyInit,
  });
}

Deno.test("bytes are counted as they arrive, whatever the length that the client tells", async () => {
  const { feedback, storage } = endpoint({ maxBodyBytes: 1000 });
  let sent = 0;
  function* endless() {
    while (true) yield new Uint8Array(sent += 100).fill(32, 0, 100).subarray(0, 100);
  }
  const lying = stream(endless(), { "content-length": "10" });
  assertEquals(await problemOf(await feedback(lying)), [413, "too-large"]);
  assertLess(sent, 2000); // the rest was not read
  const honest = stream([BODY], { "content-length": "1001" });
  assertEquals(await problemOf(await feedback(honest)), [413, "too-large"]);
  assertEquals(await rowsIn(storage), []);
});

Deno.test("a body that breaks off is refused, and nothing is saved", async () => {
  const { feedback, storage, errors } = endpoint();
  async function* broken() {
    yield BODY;
    await Promise.resolve();
    throw new TypeError("connection reset");
  }
  assertEquals(await problemOf(await feedback(stream(broken()))), [400, "malformed"]);
  assertEquals([await rowsIn(storage), errors], [[], []]);
});

Deno.test("a body that comes byte by byte is given up, over a real connection", async () => {
  const { feedback, storage } = endpoint({ bodyTimeoutMs: 300 });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, feedback);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const encoder = new TextEncoder();
  const head =
    `POST /feedback HTTP/1.1\r\nhost: app.example\r\ncontent-type: application/json\r\n` +
    `content-length: ${BODY.length}\r\n\r\n`;
  await connection.write(encoder.encode(head));
  const dripping = (async () => {
    for (const byte of BODY.subarray(0, 40)) {
      await connection.write(new Uint8Array([byte]));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })().catch(() => {}); // the server closes the connection
  const answer = new Uint8Array(4096);
  const length = await connection.read(answer) ?? 0;
  assertEquals(
    new TextDecoder().decode(answer.subarray(0, length)).split("\r\n")[0],
    "HTTP/1.1 408 Request Timeout",
  );
  await dripping;
  connection.close(); // shutdown() waits for open connections
  await server.shutdown();
  assertEquals(await rowsIn(storage), []);
});

Deno.test("headers of 1 MB do not reach the endpoint, and the server goes on", async () => {
  const { feedback, storage } = endpoint();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, feedback);
  const url = `http://127.0.0.1:${server.addr.port}/feedback`;
  const headers = { ...JSON_TYPE, "x-long": "x".repeat(1_000_000) };
  const refused = await fetch(url, { method: "POST", headers, body: BODY })
    .then(async (response) => (await response.body?.cancel(), response.status), () => 0);
  assert(refused === 0 || refused >= 400, `${refused}`);
  const next = await fetch(url, { method: "POST", headers: JSON_TYPE, body: BODY });
  await next.body?.cancel();
  assertEquals(next.status, 201);
  await server.shutdown();
  assertEquals((await rowsIn(storage)).length, 1);
});

Deno.test("64 uploads at once hold no more than maxInFlightBytes, and the rest are asked to come again", async () => {
  const MIB = 1024 * 1024;
  let held = 0;
  let most = 0;
  const storage = new MemoryAdapter();
  const feedback = createFeedback({
    components: { prompt: value<string>(), picture: file() },
    storage,
    options: ["good"],
    limit: null,
    files: { maxBytes: MIB, maxTotalBytes: 2 * MIB, maxInFlightBytes: 8 * MIB },
  });
  const send = async (i: number): Promise<number> => {
    const form = new FormData();
    form.set("data.prompt", `${i}`);
    form.set("option", "good");
    form.set("files.picture", new File([new Uint8Array(MIB)], "a.bin"));
    let own = 0;
    const whole = new Request(BASE, { method: "POST", body: form });
    const chunks = whole.body!.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          held += chunk.length;
          own += chunk.length;
          most = Math.max(most, held);
          controller.enqueue(chunk);
        },
      }),
    );
    const response = await feedback(
      new Request(BASE, { method: "POST", headers: whole.headers, body: chunks }),
    );
    await response.body?.cancel();
    held -= own;
    if (response.status === 503) assertEquals(response.headers.get("retry-after"), "1");
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: 64 }, (_, i) => send(i)));
  const saved = statuses.filter((status) => status === 201).length;
  assert(saved >= 1 && saved < 64, `${saved} were saved`);
  assertEquals(statuses.filter((status) => status === 503).length, 64 - saved);
  assertEquals((await rowsIn(storage)).length, saved);
  assertLess(most, 16 * MIB); // the streams read ahead
  assertEquals(await send(64), 201); // what was held is free again
});
