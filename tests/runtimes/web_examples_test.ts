import { assert, assertEquals } from "@std/assert";
import { decodeRecord } from "../../src/csv/decode.ts";
import { startScript } from "../helpers/deno.ts";
import { NodeServer } from "../helpers/node.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { TestWorker } from "../helpers/worker.ts";

const WEB = new URL("../../examples/web/", import.meta.url);
const TOKEN = "only-for-tests";
const VERDICTS = 60;
const MOST_LINES = 20;

/** An example that runs. */
interface Running extends AsyncDisposable {
  /** The origin of its server. */
  readonly origin: string;
}

// Started outside the tests, so that the sanitizers do not count its resources.
const server = await R2Server.start(4);
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

/** The variables of `S3Adapter.fromEnv()` for an empty bucket. */
function bucketVariables(): Record<string, string> {
  const { endpoint = "", bucket, accessKeyId, secretAccessKey } = server.takeBucket();
  return {
    S3_ENDPOINT: `${endpoint}`,
    S3_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: `${accessKeyId}`,
    AWS_SECRET_ACCESS_KEY: `${secretAccessKey}`,
  };
}

async function inDeno(name: string, env: Record<string, string> = {}): Promise<Running> {
  const dir = new TempDir();
  const process = startScript(new URL(name, WEB), {
    cwd: dir.path,
    env: { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", TOKEN, ...env },
  });
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of process.stderr.values({ preventCancel: true })) {
    said += decoder.decode(chunk);
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    if (origin === undefined) continue;
    return {
      origin,
      async [Symbol.asyncDispose]() {
        process.kill();
        await process.stdout.cancel();
        await process.stderr.cancel();
        await process.status;
        await dir[Symbol.asyncDispose]();
      },
    };
  }
  throw new Error(said);
}

async function inWorkerd(name: string, objects: Record<string, string> = {}): Promise<Running> {
  const env = { buckets: ["BUCKET"], objects, variables: { TOKEN } };
  const worker = await TestWorker.start(new URL(name, WEB), env);
  const { origin } = worker.url;
  return { origin, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

const EXAMPLES: Readonly<Record<string, (name: string) => Promise<Running>>> = {
  "deno.ts": (name) => inDeno(name),
  "hono.ts": (name) => inDeno(name),
  "node.ts": (name) => {
    return NodeServer.start(new URL(name, WEB), { TOKEN, PORT: "0", ...bucketVariables() });
  },
  "supabase.ts": (name) => inDeno(name, bucketVariables()),
  "worker.ts": (name) => inWorkerd(name),
  "durable_object.ts": (name) => inWorkerd(name, { FEEDBACK: "Feedback" }),
};

async function send(url: string, i: number): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `key-${i}` },
    body: JSON.stringify({ data: { question: `question ${i}`, answer: "=1+1" }, option: "bad" }),
  });
  await response.body?.cancel();
  return response.status;
}

async function rowsOf(url: string): Promise<Record<string, string>[]> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const lines = (await (await fetch(`${url}/dataset.csv`, { headers })).text()).split("\r\n");
  const [header, ...rows] = lines.slice(0, -1).map((line) => decodeRecord(line));
  return rows.map((row) => Object.fromEntries(header!.map((name, i) => [name, row[i]!])));
}

/** The callers of examples without an address are not limited; those of Deno.serve() are, to 30 a minute. */
const BATCH = 25;

for (const [name, start] of Object.entries(EXAMPLES)) {
  // The server's resources are not of a test.
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(
    `examples/web/${name} saves concurrent verdicts once, and refuses others`,
    options,
    async () => {
      await using running = await start(name);
      const url = `${running.origin}/feedback`;
      const isLimited = name === "deno.ts" || name === "supabase.ts";
      const count = isLimited ? BATCH : VERDICTS;
      const statuses = await Promise.all(Array.from({ length: count }, (_, i) => send(url, i)));
      assert(statuses.every((status) => status === 201), `${statuses}`);
      for (let i = 0; i < 2; i++) assert([200, 201].includes(await send(url, i)));
      const rows = await rowsOf(url);
      const questions = new Set(rows.map(({ question }) => question));
      const ids = new Set(rows.map(({ id }) => id)); // with segments, what was sent twice is there twice
      assertEquals([questions.size, ids.size], [count, count]);
      assert(rows.every(({ answer, flag }) => answer === "'=1+1" && flag === "bad"));
      const unasked = await fetch(url, { method: "POST", body: "{}" });
      await unasked.body?.cancel();
      assertEquals(unasked.status, 415);
      const unread = await fetch(`${url}/dataset.csv`);
      await unread.body?.cancel();
      assertEquals(unread.status, 401);
    },
  );
}

Deno.test("each example of examples/web has at most 20 lines, and there are no others", async () => {
  const names = [];
  for await (const { name } of Deno.readDir(WEB)) {
    names.push(name);
    const lines = (await Deno.readTextFile(new URL(name, WEB))).split("\n").length - 1;
    assert(lines <= MOST_LINES, `${name} has ${lines} lines`);
  }
  assertEquals(names.sort(), Object.keys(EXAMPLES).sort());
});
