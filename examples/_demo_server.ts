// Serves the demo's page on this machine.
// deno-lint-ignore-file no-console -- a program that prints
import { FIRST } from "./_demo_chat.ts";
import { chatFeedback, imageFeedback } from "./_demo_feedback.ts";
import { pageOf } from "./_demo_page.ts";
import { shownDatasets } from "./_demo_rows.ts";
import { SCRIPT } from "./_demo_script.ts";
import { STYLE } from "./_demo_style.ts";

/** A server that runs until it is disposed of. */
export interface DemoServer extends AsyncDisposable {
  /** The address of the page. */
  readonly url: string;
}

const HOST = "127.0.0.1"; // not for other machines: the page has no login
const FIRST_PORT = 8000;
const LAST_PORT = 8099;
const MAX_PROMPT = 200;
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

function respond(body: string, type: string): Response {
  const headers = { ...HEADERS, "content-type": `${type}; charset=utf-8` };
  return new Response(body, { headers });
}

async function page({ searchParams }: URL): Promise<Response> {
  const prompt = searchParams.get("prompt")?.slice(0, MAX_PROMPT) || "a green triangle";
  const asked = searchParams.getAll("asked");
  const state = { prompt, asked: asked.length === 0 ? FIRST : asked };
  return respond(await pageOf(state, await shownDatasets()), "text/html");
}

/** Answers what no endpoint does. */
async function pageRoutes({ method, url: address }: Request): Promise<Response> {
  const url = new URL(address);
  const routes: Record<string, () => Response | Promise<Response>> = {
    "/": () => page(url),
    "/demo.css": () => respond(STYLE, "text/css"),
    "/demo.js": () => respond(SCRIPT, "text/javascript"),
    "/rows": async () => respond(JSON.stringify(await shownDatasets()), "application/json"),
  };
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route === undefined) return new Response("Not found\n", { status: 404, headers: HEADERS });
  if (method === "GET") return await route();
  const headers = { ...HEADERS, allow: "GET" };
  return new Response("Method not allowed\n", { status: 405, headers });
}

type Serve = (port: number) => Deno.HttpServer<Deno.NetAddr>;

/** Serves on the first port of a range that is free. */
function onFreePort(
  serve: Serve,
  [first, last]: readonly [first: number, last: number],
): Deno.HttpServer<Deno.NetAddr> {
  for (let port = first;; port++) {
    try {
      return serve(port);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      if (port < last) continue;
      const why = "as the port is taken: pass another one, or 0 for any that is free";
      throw new Deno.errors.AddrInUse(`Cannot serve on ${HOST}:${port} ${why}`, { cause });
    }
  }
}

/**
 * Starts the server.
 *
 * @param port The port; 0 for any that is free. By default the first free one from 8000 on
 * @throws {Deno.errors.AddrInUse} If the port is taken
 */
export function startDemo(port?: number): DemoServer {
  const image = imageFeedback();
  const chat = chatFeedback();
  const handle: Deno.ServeHandler<Deno.NetAddr> = (request, info) => {
    const [, base] = new URL(request.url).pathname.split("/");
    if (base === "image") return image(request, info);
    if (base === "chat") return chat(request, info);
    return pageRoutes(request);
  };
  const onListen = () => {}; // by default, Deno prints a line
  const server = onFreePort(
    (port) => Deno.serve({ hostname: HOST, port, onListen }, handle),
    port === undefined ? [FIRST_PORT, LAST_PORT] : [port, port],
  );
  return {
    url: `http://${HOST}:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await image.logger[Symbol.asyncDispose]();
      await chat.logger[Symbol.asyncDispose]();
    },
  };
}

/** Resolves at the first Ctrl-C. A second one ends the process at once, as if nobody listened. */
function interrupted(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = () => {
    Deno.removeSignalListener("SIGINT", listener);
    resolve();
  };
  Deno.addSignalListener("SIGINT", listener);
  return promise;
}

/** Serves the page until Ctrl-C. What was being saved then is saved. */
export async function serveDemo(port?: number): Promise<void> {
  await using server = startDemo(port);
  console.log(`\nThe demo page is at ${server.url} (Ctrl-C ends it)`);
  await interrupted();
}
