// A feedback endpoint on any storage, built from web standards only. deno_deploy.ts, supabase.ts and
// worker.ts start it. Each isolate has one logger; its first sample opens the dataset.
//
//   POST {"data": ["2 + 2?", "5"], "option": "wrong", "username": "ada"}  ->  {"total": 1}
//   GET, with "authorization: Bearer <token>"                            ->  the dataset as CSV
import { CSVLogger, hasCode, type StorageAdapter } from "@flagstone/flagging";
import { readRecords } from "@flagstone/flagging/reader";
import { LimitedBytesTransformStream } from "@std/streams/limited-bytes-transform-stream";

const LABELS = ["question", "answer"];
const [DIRECTORY, NAME] = ["feedback", "feedback"];
const MAX_BYTES = 64 * 1024;

/** Options of {@linkcode createFeedback}. */
export interface FeedbackOptions {
  /** The storage of the dataset. */
  readonly storage: StorageAdapter;
  /** The token that readers of the dataset must send; without one, the dataset cannot be read. */
  readonly token?: string | undefined;
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

type Sample = readonly [data: readonly string[], option: string, username: string];

function toSample(body: unknown): Sample {
  const { data, option, username } = Object(body) as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === "string";
  if (!Array.isArray(data) || data.length !== LABELS.length || !data.every(isText)) {
    throw new Refusal(400, `"data" must be ${LABELS.length} strings: ${LABELS.join(", ")}`);
  }
  const rest = [option ?? "", username ?? ""];
  if (!rest.every(isText)) throw new Refusal(400, '"option" and "username" must be strings');
  // Both are always set, so that all samples have the same columns and fit one dataset.
  return [data, ...rest as [string, string]];
}

function toLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  );
  return `${quoted.join(",")}\r\n`;
}

/** Yields the dataset part by part: a large one continues in feedback.2.csv and so on. */
async function* toCsv(storage: StorageAdapter): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let part = 1;; part++) {
    const key = `${DIRECTORY}/${NAME}${part === 1 ? "" : `.${part}`}.csv`;
    let records = 0;
    for await (const cells of readRecords(storage, key)) {
      const isRepeatedHeader = records++ === 0 && part > 1;
      if (!isRepeatedHeader) yield new TextEncoder().encode(toLine(cells));
    }
    if (records === 0) return;
  }
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
  return new Response(ReadableStream.from(toCsv(storage)), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${NAME}.csv"`,
      "cache-control": "no-store",
    },
  });
}

function toResponse(error: unknown): Response {
  if (error instanceof Refusal) {
    return Response.json({ error: error.message }, { status: error.status });
  }
  // deno-lint-ignore no-console -- the operator's log
  console.error(error);
  const status = hasCode(error, "RateLimited") || hasCode(error, "Unavailable") ? 503 : 500;
  return Response.json({ error: "The feedback could not be stored" }, { status });
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
    const sample = toSample(await readJson(request));
    await (setUp ??= logger.setup(LABELS, DIRECTORY));
    return Response.json({ total: await logger.flag(...sample) });
  }

  return (request) => answer(request).catch(toResponse);
}
