import { assert, assertEquals, assertRejects } from "@std/assert";
import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
import { bearer } from "@flagstone/flagging/http";
import { instead } from "../helpers/stores.ts";
import { BASE, endpoint, post, problemOf, SAMPLE } from "./_requests.ts";

const read = bearer("token");
const request = () =>
  new Request(`${BASE}/dataset.csv`, { headers: { authorization: "Bearer token" } });

async function linesOf(response: Response): Promise<string[]> {
  return (await response.text()).split("\r\n").slice(0, -1);
}

Deno.test("dataset.csv has the rows of all versions under all their columns, escaped", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const earlier = new CSVLogger({ storage, verbose: false, maxPartBytes: 60 });
  await earlier.setup(["question"], "flagged");
  for (let i = 0; i < 5; i++) await earlier.flag([`=${i}`]);
  await storage.write("flagged/dataset_of_others.csv", new TextEncoder().encode("x\r\ny\r\n"));
  const { feedback } = endpoint({ storage, read });
  await feedback(post({ data: { question: "a, b", answer: "5" }, option: "good" }));
  const response = await feedback(request());
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  const [header, ...rows] = await linesOf(response);
  assertEquals(
    header,
    "question,timestamp,answer,flag,reason,comment,username,subject,replaces,id",
  );
  assertEquals(rows.map((row) => row.split(",")[0]), ["'=0", "'=1", "'=2", "'=3", "'=4", '"a']);
});

Deno.test("dataset.csv has no rows of other loggers of its directory", async () => {
  const { feedback, storage } = endpoint({ read });
  await feedback(post({ data: SAMPLE, option: "good" }));
  const text = "other,timestamp\r\nx,2026-01-31 00:00:00.000001\r\n";
  await storage.write("flagged/log.csv", new TextEncoder().encode(text));
  const [header, ...rows] = await linesOf(await feedback(request()));
  assertEquals([header!.includes("other"), rows.length], [false, 1]);
});

Deno.test("dataset.csv is empty before the first row, and not there without `read`", async () => {
  assertEquals(await linesOf(await endpoint({ read }).feedback(request())), []);
  assertEquals((await problemOf(await endpoint().feedback(request())))[0], 404);
});

Deno.test("dataset.csv is not for other origins, not even listed ones", async () => {
  const origin = "https://listed.example";
  const { feedback } = endpoint({ read, origins: [origin] });
  const headers = { authorization: "Bearer token", origin };
  const response = await feedback(new Request(`${BASE}/dataset.csv`, { headers }));
  assertEquals(response.headers.get("access-control-allow-origin"), null);
});

Deno.test("dataset.csv ends with an error if reading fails midway, and never as if it were whole", async () => {
  const base = new MemoryAdapter();
  const { feedback: logging } = endpoint({ storage: base });
  for (let i = 0; i < 2000; i++) await logging(post({ data: SAMPLE, option: "good" }));
  let isBroken = false;
  const storage = instead(base, {
    async read(key, options) {
      const found = (await base.read(key, options))!;
      // The header, which is read first, can be read.
      if (options?.range && "end" in options.range) return found;
      const body = found.body.pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            controller.enqueue(isBroken ? chunk.subarray(0, 100_000) : chunk);
          },
          flush(controller) {
            if (isBroken) controller.error(new Error("on purpose"));
          },
        }),
      );
      return { ...found, body };
    },
  });
  const { feedback } = endpoint({ storage, read });
  assertEquals((await linesOf(await feedback(request()))).length, 2001);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, feedback);
  isBroken = true;
  const headers = { authorization: "Bearer token" };
  const url = `http://127.0.0.1:${server.addr.port}/feedback/dataset.csv`;
  await assertRejects(async () => {
    const response = await fetch(url, { headers });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    await response.text();
  });
  await server.shutdown();
});

Deno.test("bearer() refuses every other token, and an empty one at once", async () => {
  for (const header of ["", "token", "Bearer", "Bearer ", "Bearer tokens", "Basic token"]) {
    assert(!await read(new Request(BASE, { headers: { authorization: header } })), header);
  }
  assert(await read(new Request(BASE, { headers: { authorization: "bearer token" } })));
  let refused: unknown;
  try {
    bearer("");
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof TypeError);
});
