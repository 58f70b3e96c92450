// A feedback endpoint on any storage, built from web standards only. deno_deploy.ts, supabase.ts and
// worker.ts start it. Each isolate has one logger; its first sample opens the dataset.
//
//   POST {"data": ["2 + 2?", "5"], "option": "wrong"}  ->  {"total": 1}
//   GET ?offset=0&limit=1000, with "authorization: Bearer <token>"
//     ->  a page of the dataset as CSV, with the header `link` if there are more rows
//
// The username is what `identify` returns, because a body can claim any name.
import { CSVLogger, hasCode, type StorageAdapter } from "@flagstone/flagging";
import { type DatasetRow, readDataset } from "@flagstone/flagging/reader";
import { LimitedBytesTransformStream } from "@std/streams/limited-bytes-transform-stream";

const LABELS = ["question", "answer"];
const [DIRECTORY, NAME] = ["feedback", "feedback"];
const MAX_BYTES = 64 * 1024;
const MAX_ROWS = 1000;
/** A page ends with the row that exceeds it, so that it fits into the memory of an isolate. */
const MAX_PAGE_LENGTH = 1024 * 1024;

/** Options of {@linkcode createFeedback}. */
export interface FeedbackOptions {
  /** The storage of the dataset. */
  readonly storage: StorageAdapter;
  /** The token that readers of the dataset must send; without one, the dataset cannot be read. */
  readonly token?: string | undefined;
  /**
   * Returns the name of the person who sends a request, such as that of a verified session.
   *
   * @default {samples have no username}
   */
  readonly identify?: ((request: Request) => string | null | Promise<string | null>) | undefined;
}

/** An answer to a request that is refused. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a body as text. Counts its bytes, because its headers may claim anything. */
async function readText({ body }: Request): Promise<string> {
  const limit = new LimitedBytesTransformStream(MAX_BYTES, { error: true });
  try {
    return await new Response(body?.pipeThrough(limit)).text();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(413, `The body exceeds ${MAX_BYTES} bytes`);
  }
}

async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not JSON");
  }
}

/**
 * Refuses what a page of another origin can send without the browser asking first. What the browser
 * asks about, the headers of CORS decide.
 */
function refuseUnasked({ headers, url }: Request): void {
  const origin = headers.get("origin");
  const isForeign = origin !== null && origin !== new URL(url).origin;
  const isJson = /^application\/json\b/i.test(headers.get("content-type") ?? "");
  if (isForeign && !isJson) throw new Refusal(415, 'Send "content-type: application/json"');
}

type Sample = readonly [data: readonly string[], option: string];

function toSample(body: unknown): Sample {
  const { data, option = null } = Object(body) as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === "string";
  if (!Array.isArray(data) || data.length !== LABELS.length || !data.every(isText)) {
    throw new Refusal(400, `"data" must be ${LABELS.length} strings: ${LABELS.join(", ")}`);
  }
  if (option !== null && !isText(option)) {
    throw new Refusal(400, '"data" and "option" must be strings');
  }
  return [data, option as string | null ?? ""];
}

function toLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  );
  return `${quoted.join(",")}\r\n`;
}

/** The datasets: samples with other columns than before go to feedback2.csv and so on. */
async function datasetKeys(storage: StorageAdapter): Promise<string[]> {
  const isDataset = new RegExp(`^${DIRECTORY}/${NAME}(|[1-9]\\d*)\\.csv$`);
  const numbers: number[] = [];
  for await (const { key } of storage.list({ prefix: `${DIRECTORY}/${NAME}` })) {
    const found = isDataset.exec(key);
    if (found !== null) numbers.push(Number(found[1] || 1));
  }
  numbers.sort((a, b) => a - b);
  return numbers.map((number) => `${DIRECTORY}/${NAME}${number === 1 ? "" : number}.csv`);
}

interface Page {
  readonly rows: readonly DatasetRow[];
  readonly hasMore: boolean;
}

/** Reads some rows of all datasets. It reads those before them as well, which suits small datasets. */
async function readPage(storage: StorageAdapter, offset: number, limit: number): Promise<Page> {
  const rows: DatasetRow[] = [];
  let skipped = 0;
  let length = 0;
  for (const key of await datasetKeys(storage)) {
    for await (const row of readDataset(storage, key, { formulas: "as-typed" })) {
      if (skipped++ < offset) continue;
      if (rows.length === limit || length > MAX_PAGE_LENGTH) return { rows, hasMore: true };
      rows.push(row);
      length += Object.values(row).join().length;
    }
  }
  return { rows, hasMore: false };
}

/** The rows as they stand in the files, under all their columns. */
function toCsv(rows: readonly DatasetRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) =>
    columns.map((name) => Object.hasOwn(row, name) ? row[name]! : "")
  );
  return [columns, ...cells].map(toLine).join("");
}

/** Reads the range of rows from a query. */
function toRange(query: URLSearchParams): { offset: number; limit: number } {
  const [offset, limit] = [query.get("offset") ?? "0", query.get("limit") ?? `${MAX_ROWS}`];
  const areNumbers = /^\d{1,15}$/.test(offset) && /^[1-9]\d{0,15}$/.test(limit);
  if (areNumbers && Number(limit) <= MAX_ROWS) {
    return { offset: Number(offset), limit: Number(limit) };
  }
  throw new Refusal(400, `"offset" must be a whole number, and "limit" one from 1 to ${MAX_ROWS}`);
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** Compares in constant time, so that the time of an answer does not reveal the token. */
async function isEqual(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(given), digest(expected)]);
  return a.reduce((difference, byte, i) => difference | (byte ^ b[i]!), 0) === 0;
}

async function sendCsv(request: Request, { storage, token }: FeedbackOptions): Promise<Response> {
  const given = request.headers.get("authorization") ?? "";
  const isAllowed = token && await isEqual(given, `Bearer ${token}`);
  if (!isAllowed) throw new Refusal(401, "Reading the dataset needs its token");
  const { offset, limit } = toRange(new URL(request.url).searchParams);
  const { rows, hasMore } = await readPage(storage, offset, limit);
  const headers = new Headers({
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${NAME}.csv"`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  const next = `?offset=${offset + rows.length}&limit=${limit}`;
  if (hasMore) headers.set("link", `<${next}>; rel="next"`);
  return new Response(toCsv(rows), { headers });
}

function toResponse(error: unknown): Response {
  if (error instanceof Refusal) {
    return Response.json({ error: error.message }, { status: error.status });
  }
  // deno-lint-ignore no-console -- the operator's log
  console.error(error);
  const status = hasCode(error, "RateLimited") || hasCode(error, "Unavailable") ? 503 : 500;
  return Response.json({ error: "The dataset could not be reached; try again later" }, { status });
}

/** Returns a feedback endpoint. It sends nothing to the storage before the first request. */
export function createFeedback(options: FeedbackOptions): (request: Request) => Promise<Response> {
  const { storage } = options;
  // Isolates start often, so the store is probed once when it is deployed, and not by each of them.
  const quiet = { verbose: false, probe: false };
  const logger = new CSVLogger({ storage, datasetFileName: `${NAME}.csv`, ...quiet });
  let setUp: Promise<void> | undefined;

  async function answer(request: Request): Promise<Response> {
    if (request.method === "GET") return await sendCsv(request, options);
    if (request.method !== "POST") throw new Refusal(405, "Use GET or POST");
    refuseUnasked(request);
    const username = await options.identify?.(request) ?? "";
    const [data, option] = toSample(await readJson(request));
    await (setUp ??= logger.setup(LABELS, DIRECTORY));
    // Both texts are always set, so that all samples have the same columns and fit one dataset.
    return Response.json({ total: await logger.flag(data, option, username) });
  }

  return (request) => answer(request).catch(toResponse);
}
