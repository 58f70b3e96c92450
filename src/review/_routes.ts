import type { Authorized } from "./authorized.ts";
import { countsFor } from "./_counts.ts";
import { exportFor } from "./_export.ts";
import { fileFor } from "./_file.ts";
import { PAGE_HTML, PAGE_SCRIPT, PAGE_STYLE } from "./_page_source.ts";
import { placeIn, sampleOf } from "./_place.ts";
import { queryOf } from "./_query.ts";
import { Refusal } from "./_refusal.ts";
import { json, pageResponse, refused, respond } from "./_respond.ts";
import { rowsFor } from "./_rows.ts";
import { viewOf } from "./_sample_view.ts";
import { refuseCrossOrigin } from "./_same_origin.ts";
import { isVanished, type Source } from "./_source.ts";
import { saveVerdict } from "./_verdict.ts";
import type { VerdictLog } from "./_verdict_log.ts";

/** What requests are answered with. */
export interface RouteSettings {
  readonly source: Source;
  readonly log: VerdictLog;
  readonly authorize: (request: Request) => Authorized | Promise<Authorized>;
  /** What the page is called. */
  readonly name: string;
  /** The verdicts that can be given. */
  readonly options: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** A request that is let in. */
interface Visit extends RouteSettings {
  readonly request: Request;
  readonly url: URL;
  readonly username: string;
}

type Route = (visit: Visit) => Promise<Response> | Response;

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["", () => pageResponse(PAGE_HTML)],
  ["review.js", () => asset(PAGE_SCRIPT, "text/javascript; charset=utf-8")],
  ["review.css", () => asset(PAGE_STYLE, "text/css; charset=utf-8")],
  ["favicon.ico", () => respond(null, { status: 204 })],
  ["about", ({ options, username, name }) => json({ options, username, name })],
  [
    "rows",
    async ({ url, source, log, username }) =>
      json(await rowsFor(queryOf(url), { source, verdicts: await log.current(), username })),
  ],
  [
    "counts",
    async ({ url, source, log, options }) =>
      json(await countsFor(queryOf(url), { source, verdicts: await log.current(), options })),
  ],
  ["sample", async ({ url, source, log }) => {
    const { storage } = source.settings;
    const sample = await sampleOf(await source.dataset(), placeIn(url));
    return json(await viewOf(sample, { storage, verdicts: await log.current() }));
  }],
  ["file", async ({ request, source }) => await fileFor(request, await source.dataset())],
  ["export", async ({ url, source, log }) => {
    const query = queryOf(url);
    const applied = url.searchParams.get("verdicts") === "apply" ? await log.dataset() : null;
    const dataset = await source.open(query.files);
    return await exportFor(url, query, { dataset, verdicts: await log.current(), applied });
  }],
  ["verdict", async ({ request, source, log, options, username }) => {
    const dataset = await source.dataset();
    return json(await saveVerdict(request, { dataset, log, options, username }));
  }],
]);

function asset(text: string, type: string): Response {
  return respond(text, { headers: { "content-type": type } });
}

/** Authorizeds a request. An error of the app or the storage is told, and not shown. */
export async function routeOf(request: Request, settings: RouteSettings): Promise<Response> {
  try {
    return await answer(request, settings);
  } catch (error) {
    if (error instanceof Refusal) return refused(request, error);
    if (isVanished(error)) {
      return refused(
        request,
        new Refusal(409, "Cannot read the rows: they changed; reload the page"),
      );
    }
    settings.onError(error);
    return refused(request, new Refusal(500, "Cannot answer: the server has the error"));
  }
}

async function answer(request: Request, settings: RouteSettings): Promise<Response> {
  const authorized = await settings.authorize(request);
  if (authorized instanceof Response) return authorized;
  if (!isAllowed(authorized)) throw new Refusal(403, "You may not see this page");
  const url = new URL(request.url);
  const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  const route = ROUTES.get(name);
  if (route === undefined) return elsewhere(url, name);
  const method = name === "verdict" ? "POST" : "GET";
  if (request.method !== method) {
    throw new Refusal(405, `Cannot ${request.method} here: it is ${method}`, { allow: method });
  }
  // A link on another site may open the page, which shows nothing that it was not asked for.
  if (name !== "") refuseCrossOrigin(request);
  const username = authorized === true ? "" : authorized.username;
  return await route({ ...settings, request, url, username });
}

function isAllowed(answer: Authorized): answer is true | { readonly username: string } {
  if (answer === true) return true;
  return typeof answer === "object" && answer !== null &&
    typeof (answer as { username?: unknown }).username === "string";
}

/** The page's links are relative, so that its own address must end with a slash. */
function elsewhere({ pathname, search }: URL, name: string): Response {
  if (name.includes(".")) throw new Refusal(404, "There is no such page");
  const location = `${pathname.replace(/^\/+/, "/")}/${search}`;
  return respond(null, { status: 308, headers: { location } });
}
