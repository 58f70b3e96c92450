// deno-lint-ignore-file no-console no-import-prefix -- a script that reports to the bench; peers are only for it
// Serves one contender of the question "http": _http_child.ts KIND [DIRECTORY]; prints its URL. `GET /rss`
// returns the largest resident set since the last time, in bytes. Ends when stdin closes.
import {
  file,
  LocalFsAdapter,
  MemoryAdapter,
  type StorageAdapter,
  value,
} from "@flagstone/flagging";
import { createFeedback } from "@flagstone/flagging/http";
import { Hono } from "npm:hono@^4.10.0";
import { bodyLimit } from "npm:hono@^4.10.0/body-limit";
import { cors } from "npm:hono@^4.10.0/cors";
import { csrf } from "npm:hono@^4.10.0/csrf";

type Handler = (request: Request) => Response | Promise<Response>;

const MIB = 1024 * 1024;
const ANSWER = { id: "0123456789abcdefghijkl", state: "flagged" };

/** The least that a handler does: it parses the body and answers. */
async function floor(request: Request): Promise<Response> {
  const { data, option } = await request.json();
  if (typeof data !== "object" || option !== "good") return new Response(null, { status: 422 });
  return Response.json(ANSWER, { status: 201 });
}

function hono(): Handler {
  const app = new Hono();
  app.use("*", cors({ origin: "https://listed.example", credentials: true }));
  app.use("*", csrf());
  app.use("*", bodyLimit({ maxSize: 65_536 }));
  app.post("/feedback", async (context) => {
    const { data, option } = await context.req.json();
    if (typeof data !== "object" || option !== "good") return context.body(null, 422);
    return context.json(ANSWER, 201);
  });
  return app.fetch;
}

function feedback(storage: StorageAdapter): Handler {
  return createFeedback({
    components: { question: value<string>(), answer: value<string>() },
    storage,
    options: ["good"],
    limit: null,
  });
}

/** Takes a form with one large file, which is not kept. */
function uploads(): Handler {
  const picture = { ...file(), toCell: (given: unknown) => `${(given as File).size}` };
  return createFeedback({
    components: { picture },
    storage: new MemoryAdapter(),
    options: ["good"],
    limit: null,
    files: { maxBytes: 65 * MIB, maxTotalBytes: 65 * MIB, maxInFlightBytes: 130 * MIB },
  });
}

async function formData(request: Request): Promise<Response> {
  const form = await request.formData();
  return Response.json({ size: (form.get("files.picture") as File).size }, { status: 201 });
}

const [kind = "", directory = "."] = Deno.args;
const kinds: Readonly<Record<string, () => Handler>> = {
  floor: () => floor,
  hono,
  memory: () => feedback(new MemoryAdapter()),
  "local disk": () => feedback(new LocalFsAdapter({ root: directory })),
  uploads,
  formData: () => formData,
};
const handler = kinds[kind]!();
let most = 0;
const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, (request) => {
  if (!request.url.endsWith("/rss")) return handler(request);
  const peak = Math.max(most, Deno.memoryUsage().rss);
  most = 0;
  return new Response(`${peak}`);
});
for await (const _ of Deno.stdin.readable);
clearInterval(watch);
await server.shutdown();
