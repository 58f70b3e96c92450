import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createFeedback } from "../examples/edge/handler.ts";
import { decodeRecord } from "../src/csv/decode.ts";
import { MemoryAdapter } from "../src/storage/memory_adapter.ts";
import { startScript } from "./helpers/deno.ts";
import { R2Server } from "./helpers/r2_server.ts";
import { TestWorker } from "./helpers/worker.ts";

const EDGE = new URL("../examples/edge/", import.meta.url);
const TOKEN = "only-for-tests";
const SAMPLES = 100;

// Started outside the tests, so that the sanitizers do not count their resources.
const server = await R2Server.start();
const worker = await TestWorker.start(new URL("worker.ts", EDGE), {
  buckets: ["BUCKET"],
  objects: { FEEDBACK: "Feedback" },
  variables: { TOKEN },
});
Deno.test.afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** An example that Deno serves, in a separate process and with a separate bucket. */
class DenoEndpoint implements AsyncDisposable {
  readonly url: URL;
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, url: URL) {
    this.#process = process;
    this.url = url;
  }

  static async start(name: string): Promise<DenoEndpoint> {
    const { endpoint = "", bucket, accessKeyId, secretAccessKey } = server.takeBucket();
    const process = startScript(new URL(name, EDGE), {
      env: {
        DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
        S3_ENDPOINT: `${endpoint}`,
        S3_BUCKET: bucket,
        AWS_ACCESS_KEY_ID: `${accessKeyId}`,
        AWS_SECRET_ACCESS_KEY: `${secretAccessKey}`,
        TOKEN,
      },
    });
    const decoder = new TextDecoder();
    let said = "";
    for await (const chunk of process.stderr.values({ preventCancel: true })) {
      said += decoder.decode(chunk);
      const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
      if (url !== undefined) return new DenoEndpoint(process, new URL(url));
    }
    throw new Error(said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.stdout.cancel();
    await this.#process.stderr.cancel();
    await this.#process.status;
  }
}

function post(url: URL, body: BodyInit): Promise<Response> {
  return fetch(url, { method: "POST", body });
}

async function readRows(url: URL): Promise<string[][]> {
  return await rowsOf(await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } }));
}

async function rowsOf(response: Response): Promise<string[][]> {
  assertEquals(response.headers.get("content-type"), "text/csv; charset=utf-8");
  const lines = (await response.text()).split("\r\n");
  assertEquals(lines.pop(), "");
  return lines.map((line) => decodeRecord(line));
}

/** Posts samples at the same time, and checks that each is in the dataset once. */
async function assertLogs(url: URL): Promise<void> {
  const totals = await Promise.all(Array.from({ length: SAMPLES }, async (_, i) => {
    const sample = { data: [`question ${i}`, "=1+1"], option: "wrong", username: "ada" };
    const response = await post(url, JSON.stringify(sample));
    assertEquals(response.status, 200);
    return (await response.json()).total;
  }));
  const numbers = Array.from({ length: SAMPLES }, (_, i) => i);
  assertEquals(totals.sort((a, b) => a - b), numbers.map((i) => i + 1));
  const total = await (await post(url, JSON.stringify({ data: ["é", 'a, "b"'] }))).json();
  assertEquals(total, { total: SAMPLES + 1 });
  const [header, ...rows] = await readRows(url);
  assertEquals(header, ["question", "answer", "flag", "username", "timestamp"]);
  assertEquals(rows.pop()?.slice(0, 4), ["é", 'a, "b"', "", ""]);
  const questions = rows.map(([question = ""]) => Number(question.slice("question ".length)));
  assertEquals(questions.sort((a, b) => a - b), numbers);
  assert(rows.every((row) => `${row.slice(1, 4)}` === "'=1+1,wrong,")); // a body can claim any name
}

/** Sends requests that must be refused, and checks the responses. */
async function assertRefuses(url: URL): Promise<void> {
  const sample = { data: ["q", "a"] };
  const cases: readonly (readonly [status: number, error: string, init: RequestInit])[] = [
    [405, "GET or POST", { method: "DELETE" }],
    [405, "GET or POST", { method: "PUT", body: JSON.stringify(sample) }],
    [401, "token", {}],
    [401, "token", { headers: { authorization: "Bearer wrong" } }],
    [401, "token", { headers: { authorization: `Bearer ${TOKEN}x` } }],
    [401, "token", { headers: { authorization: TOKEN } }],
    [400, "not JSON", { method: "POST" }],
    [400, "not JSON", { method: "POST", body: "{" }],
    [400, "2 strings", { method: "POST", body: "null" }],
    [400, "2 strings", { method: "POST", body: JSON.stringify({ data: ["q"] }) }],
    [400, "2 strings", { method: "POST", body: JSON.stringify({ data: ["q", { path: "/etc" }] }) }],
    [400, "must be strings", { method: "POST", body: JSON.stringify({ ...sample, option: 1 }) }],
    [413, "65536 bytes", { method: "POST", body: "x".repeat(65_537) }],
  ];
  for (const [status, error, init] of cases) {
    const response = await fetch(url, init);
    assertEquals(response.status, status, error);
    assertStringIncludes((await response.json()).error, error);
  }
}

Deno.test("worker.ts logs concurrent samples exactly once, in workerd on R2", async () => {
  await assertRefuses(worker.url);
  await assertLogs(worker.url);
});

for (const name of ["deno_deploy.ts", "supabase.ts"]) {
  Deno.test(`${name} logs concurrent samples exactly once, in Deno on S3`, async () => {
    await using endpoint = await DenoEndpoint.start(name);
    await assertRefuses(endpoint.url);
    await assertLogs(endpoint.url);
  });
}

Deno.test("supabase.ts responds to pages of other origins", async () => {
  await using endpoint = await DenoEndpoint.start("supabase.ts");
  const preflight = await fetch(endpoint.url, { method: "OPTIONS" });
  assertEquals(await preflight.text(), "");
  assertEquals(preflight.status, 200);
  assertEquals(preflight.headers.get("access-control-allow-origin"), "*");
  const refused = await fetch(endpoint.url);
  await refused.body?.cancel();
  assertEquals(refused.headers.get("access-control-allow-origin"), "*");
});

// The handler alone, without a platform

const URL_OF_ENDPOINT = "https://example.com/feedback";

function request(body: unknown, headers: HeadersInit = {}): Request {
  return new Request(URL_OF_ENDPOINT, { method: "POST", body: JSON.stringify(body), headers });
}

function page(query = ""): Request {
  return new Request(URL_OF_ENDPOINT + query, { headers: { authorization: `Bearer ${TOKEN}` } });
}

/** Returns an endpoint with samples of these questions. */
async function endpointWith(storage: MemoryAdapter, questions: readonly string[]) {
  const feedback = createFeedback({ storage, token: TOKEN });
  for (const question of questions) {
    assertEquals((await feedback(request({ data: [question, ""] }))).status, 200);
  }
  return feedback;
}

Deno.test("the example takes the username from identify(), never from the body", async () => {
  const storage = new MemoryAdapter();
  const identify = ({ headers }: Request) => Promise.resolve(headers.get("x-session"));
  const feedback = createFeedback({ storage, token: TOKEN, identify });
  for (const headers of [{ "x-session": "ada" }, {}]) {
    await feedback(request({ data: ["q", "a"], username: "mallory" }, headers));
  }
  const [, ...rows] = await rowsOf(await feedback(page()));
  assertEquals(rows.map((row) => row[3]), ["ada", ""]);
});

Deno.test("the example sends the dataset in pages, and all rows once over all pages", async () => {
  const questions = Array.from({ length: 7 }, (_, i) => `question ${i}`);
  const feedback = await endpointWith(new MemoryAdapter(), questions);
  const read: string[] = [];
  const lengths: number[] = [];
  for (let query: string | undefined = "?limit=3"; query !== undefined && lengths.length < 5;) {
    const response = await feedback(page(query));
    query = /^<(.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    const [, ...rows] = await rowsOf(response);
    lengths.push(rows.length);
    read.push(...rows.map(([question = ""]) => question));
  }
  assertEquals([read, lengths], [questions, [3, 3, 1]]);
  for (const query of ["?limit=0", "?limit=1001", "?limit=x", "?offset=-1", "?offset=1.5"]) {
    assertEquals((await feedback(page(query))).status, 400, query);
  }
});

Deno.test("the example ends a page of long rows before it fills the memory", async () => {
  const long = Array.from({ length: 40 }, (_, i) => `${i}${"x".repeat(60_000)}`);
  const feedback = await endpointWith(new MemoryAdapter(), long);
  const response = await feedback(page());
  assertStringIncludes(response.headers.get("link") ?? "", 'rel="next"');
  assert((await response.text()).length < 1.2 * 1024 * 1024);
});

Deno.test("the example sends samples of all columns that it ever had", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const old = "question,flag,username,timestamp\r\nold?,,,2026-01-01 00:00:00.000001\r\n";
  await storage.write("feedback/feedback.csv", new TextEncoder().encode(old));
  await storage.write("feedback/feedback_of_others.csv", new TextEncoder().encode("x\r\ny\r\n"));
  const feedback = await endpointWith(storage, ["new?"]);
  const [header, ...rows] = await rowsOf(await feedback(page()));
  assertEquals(header, ["question", "flag", "username", "timestamp", "answer"]);
  assertEquals(rows.map(([question]) => question), ["old?", "new?"]);
});

Deno.test("the example refuses what a page of another origin sends unasked", async () => {
  const feedback = createFeedback({ storage: new MemoryAdapter(), token: TOKEN });
  const origin = "https://evil.example";
  const sample = { data: ["q", "a"] };
  const statuses = [];
  for (
    const headers of [
      { origin },
      { origin, "content-type": "text/plain" },
      { origin: "null", "content-type": "application/x-www-form-urlencoded" },
      { origin, "content-type": "application/json" }, // its preflight has decided
      { origin: "https://example.com" },
    ]
  ) statuses.push((await feedback(request(sample, headers))).status);
  assertEquals(statuses, [415, 415, 415, 200, 200]);
});

Deno.test("the example answers 500, and no part of the dataset, if reading fails midway", async () => {
  const storage = new MemoryAdapter();
  const feedback = await endpointWith(storage, ["first"]);
  const read = storage.read.bind(storage);
  storage.read = async (key) => {
    const found = (await read(key))!;
    const broken = new TransformStream({
      flush() {
        throw new Error("on purpose");
      },
    });
    return { ...found, body: found.body.pipeThrough(broken) };
  };
  const response = await feedback(page());
  assertEquals(response.status, 500);
  assert(!(await response.text()).includes("first"));
});
