import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ELEMENT_SOURCE } from "../../src/http/_element_source.ts";
import { realHandler, type RealOptions } from "./_real.ts";
import type { Handler, Row } from "./_rows.ts";

/** What happens to one POST of a verdict. */
export type Fault =
  /** The verdict is saved, but the connection ends before the answer. */
  | "destroy"
  /** The answer is this one, and nothing is saved. */
  | Response
  /** The answer waits until the promise resolves. */
  | Promise<void>;

/** A page of the site: its HTML, or also its headers. */
export type Page = string | { readonly html: string; readonly headers: Record<string, string> };

export interface EndpointOptions extends RealOptions {
  /** The pages, by path. */
  readonly pages?: Readonly<Record<string, Page>>;
  /** Handles the requests below `/feedback`. @default {an endpoint of `createFeedback()`} */
  readonly handler?: Handler;
}

/** One request below `/feedback`, apart from preflights. */
export interface Logged {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A server with an endpoint at `/feedback`, and with pages. */
export interface Endpoint {
  /** The origin. */
  readonly url: string;
  /** The requests that arrived, in their order. */
  readonly log: Logged[];
  /** What happens to the next POSTs of verdicts. */
  readonly faults: Fault[];
  /** The verdicts that are saved. */
  rows(): Row[];
  /** The verdicts that stand: what no other row replaces, without withdrawals. */
  current(): Row[];
  close(): Promise<void>;
}

/** Loads the element in a module, as pages do. */
export const SCRIPT = '<script type="module" src="/element.js"></script>';

/** A document in English, with a title, for axe. */
export function html(body: string, head = SCRIPT): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}</head>
<body><main><h1>Test</h1>${body}</main></body></html>`;
}

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of incoming) chunks.push(new Uint8Array(chunk));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function answer(response: Response, outgoing: ServerResponse): Promise<void> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(bytes);
}

/** Starts a server on a free port. */
export async function startEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const { pages = {} } = options;
  const handler = options.handler ?? await realHandler(options);
  const log: Logged[] = [];
  const faults: Fault[] = [];

  function page(path: string): Response {
    if (path === "/element.js") {
      return new Response(ELEMENT_SOURCE, { headers: { "content-type": "text/javascript" } });
    }
    const found = pages[path];
    if (found === undefined) return new Response("Not found", { status: 404 });
    const { html, headers } = typeof found === "string" ? { html: found, headers: {} } : found;
    return new Response(handler.page?.(html) ?? html, {
      headers: { "content-type": "text/html", ...headers },
    });
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = incoming;
    const path = url.split("?")[0]!;
    if (!path.startsWith("/feedback")) return await answer(page(path), outgoing);
    const bytes = await bodyOf(incoming);
    const headers = new Headers(incoming.headers as Record<string, string>);
    if (method !== "OPTIONS") {
      log.push({ method, path, headers, body: new TextDecoder().decode(bytes) });
    }
    const request = new Request(`http://${incoming.headers.host}${url}`, {
      method,
      headers,
      ...bytes.length > 0 && { body: bytes },
    });
    const fault = method === "POST" && path === "/feedback" ? faults.shift() : undefined;
    if (fault instanceof Response) return await answer(fault, outgoing);
    if (fault instanceof Promise) await fault;
    const response = await handler.handle(request);
    if (fault === "destroy") {
      await response.body?.cancel();
      incoming.socket.destroy();
    } else await answer(response, outgoing);
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    faults,
    rows: () => handler.rows(),
    current: () => {
      const replaced = new Set(handler.rows().map(({ request }) => request.replaces));
      return handler.rows().filter(({ key, request }) =>
        request.option !== undefined && !replaced.has(key)
      );
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
