import { cachedResponse } from "./_cached.ts";
import { descriptionOf } from "./_describe.ts";
import { refusalFor } from "./_failure.ts";
import { corsHeaders, PREFLIGHT, refuseCrossOrigin } from "./_origins.ts";
import type { HandlerInfo } from "./options.ts";
import { RateLimits } from "./_rate_limits.ts";
import { plainRefusal, Refusal, refusal } from "./_refusal.ts";
import { html, problemResponse } from "./_respond.ts";
import { VerdictRoute } from "./_verdict_route.ts";
import type { Settings } from "./_settings.ts";
import { takesUploads } from "./_handle.ts";

/** What a route needs to know of a request. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly info: HandlerInfo | undefined;
}

type Route = (call: Call) => Response | Promise<Response>;
type Routes = Readonly<Partial<Record<"GET" | "POST" | "PUT", Route>>>;

/** Finds the route of a request, refuses what must not reach it, and turns errors into problems. */
export class Endpoint {
  readonly #settings: Settings;
  readonly #limits: RateLimits;
  readonly #verdicts: VerdictRoute;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#limits = new RateLimits(settings);
    this.#verdicts = new VerdictRoute(settings);
  }

  /** Answers a request, whatever happens. */
  async handle(request: Request, info: HandlerInfo | undefined): Promise<Response> {
    let response: Response;
    let isOpen = true;
    try {
      const call = { request, url: new URL(request.url), info };
      isOpen = !call.url.pathname.endsWith("/dataset.csv");
      const answered = this.#answer(call);
      info?.waitUntil?.(answered.catch(() => {}));
      response = await answered;
    } catch (error) {
      const found = refusalFor(error);
      if (!(error instanceof Refusal)) this.#settings.report(error);
      response = problemResponse(request, found);
    }
    const cors = isOpen ? corsHeaders(request, this.#settings.origins) : {};
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    response.headers.append("vary", "origin");
    return response;
  }

  async #answer(call: Call): Promise<Response> {
    const { request, url } = call;
    const routes = this.#routesAt(url.pathname);
    if (routes === undefined) throw plainRefusal(404);
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (method === "OPTIONS") return this.#preflight(routes);
    const route = Object.hasOwn(routes, method) ? routes[method as keyof Routes] : undefined;
    if (route === undefined) throw plainRefusal(405, { headers: { allow: allowed(routes) } });
    const response = await route(call);
    if (request.method !== "HEAD") return response;
    await response.body?.cancel();
    return new Response(null, response);
  }

  /** Returns the routes of a path; `undefined` if there are none. */
  #routesAt(pathname: string): Routes | undefined {
    const { base, read, logger } = this.#settings;
    if (pathname !== base && !pathname.startsWith(`${base}/`)) return undefined;
    const path = pathname.slice(base.length);
    const isOff = logger.flaggingMode === "never";
    if (path === "/dataset.csv") return read && { GET: (call) => this.#dataset(call) };
    if (isOff) return undefined;
    if (path === "" || path === "/") {
      return { GET: (call) => this.#describe(call), POST: (call) => this.#take(call) };
    }
    if (path === "/element.js") return { GET: (call) => this.#element(call) };
    if (path === "/thanks") return { GET: () => thanksPage() };
    if (!takesUploads(this.#settings)) return undefined;
    if (path === "/uploads") return { POST: (call) => this.#startUpload(call) };
    const [, handle] = /^\/uploads\/([\w.-]+)$/.exec(path) ?? [];
    return handle === undefined ? undefined : { PUT: (call) => this.#receive(call, handle) };
  }

  #preflight(routes: Routes): Response {
    return new Response(null, { status: 204, headers: { ...PREFLIGHT, allow: allowed(routes) } });
  }

  /** Takes a verdict. */
  async #take(call: Call): Promise<Response> {
    return await this.#guarded(call, (username) => this.#verdicts.take(call, username));
  }

  async #startUpload(call: Call): Promise<Response> {
    const { request, url } = call;
    requireJson(request);
    return await this.#guarded(call, async (username) => {
      const { startUpload } = await import("./_uploads.ts");
      return await startUpload(request, { username, url }, this.#settings);
    });
  }

  async #receive(call: Call, handle: string): Promise<Response> {
    return await this.#guarded(call, async (username) => {
      const { receiveUpload } = await import("./_uploads.ts");
      return await receiveUpload(call.request, { handle, username }, this.#settings);
    });
  }

  /**
   * Runs a route that writes, after the checks that no such route may leave out. The username is
   * `undefined` if nobody is asked for it.
   */
  async #guarded(
    call: Call,
    route: (username: string | undefined) => Promise<Response>,
  ): Promise<Response> {
    const { request, info } = call;
    const { origins, identify, logger } = this.#settings;
    refuseCrossOrigin(request, origins);
    if (logger.isDisposed) {
      const headers = { "retry-after": "5" };
      throw refusal("storage-unavailable", { detail: "The server is stopping", headers });
    }
    const identity = identify === undefined ? undefined : await identify(request, info) ?? null;
    if (identity === null) throw refusal("unauthenticated");
    if (identity !== undefined && "status" in identity) { // a Response, of any realm
      return new Response(identity.body, identity);
    }
    const username = identity?.username;
    const limited = await this.#limits.check(call, username ?? "");
    const response = await route(username);
    for (const [name, value] of Object.entries(limited)) response.headers.set(name, value);
    return response;
  }

  async #describe({ request }: Call): Promise<Response> {
    return await cachedResponse(request, {
      body: JSON.stringify(descriptionOf(this.#settings)),
      type: "application/json",
      cacheControl: "no-cache",
    });
  }

  async #element({ request }: Call): Promise<Response> {
    const { ELEMENT_SOURCE } = await import("./_element_source.ts");
    return await cachedResponse(request, {
      body: ELEMENT_SOURCE,
      type: "text/javascript; charset=utf-8",
      cacheControl: "public, max-age=3600",
    });
  }

  async #dataset({ request }: Call): Promise<Response> {
    if (await this.#settings.read!(request) !== true) {
      throw refusal("unauthenticated", {
        detail: "Reading the dataset needs its token",
        headers: { "www-authenticate": "Bearer" },
      });
    }
    const { datasetResponse } = await import("./_dataset_csv.ts"); // with the reader
    return await datasetResponse(this.#settings.logger);
  }
}

function allowed(routes: Routes): string {
  const methods = Object.keys(routes).flatMap((name) => name === "GET" ? ["GET", "HEAD"] : [name]);
  return [...methods, "OPTIONS"].join(", ");
}

function thanksPage(): Response {
  return html("Thank you", "Your feedback was saved.", { status: 200 });
}

/** Refuses any other media type: a page may send those without asking first. */
export function requireJson({ headers }: Request): void {
  if (/^application\/json\s*(?:;|$)/i.test(headers.get("content-type") ?? "")) return;
  throw refusal("media-type", {
    detail: "Send JSON as application/json",
    headers: { "accept-post": "application/json" },
  });
}
