import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodeRecord } from "../src/csv/decode.ts";
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
  const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
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
  assert(rows.every((row) => `${row.slice(1, 4)}` === "'=1+1,wrong,ada"));
}

/** Sends requests that must be refused, and checks the responses. */
async function assertRefuses(url: URL): Promise<void> {
  const sample = { data: ["q", "a"] };
  const cases: readonly (readonly [status: number, error: string, init: RequestInit])[] = [
    [405, "GET or POST", { method: "DELETE" }],
    [405, "GET or POST", { method: "PUT", body: JSON.stringify(sample) }],
    [401, "token", {}],
    [401, "token", { headers: { authorization: "Bearer wrong" } }],
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
