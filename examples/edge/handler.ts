// A feedback endpoint on any storage, of web standards only. deno_deploy.ts, supabase.ts and worker.ts
// start it: one for each isolate, whose first sample opens the dataset.
//
//   POST {"data": ["2 + 2?", "5"], "option": "wrong", "username": "ada"}  ->  {"total": 1}
//   GET, with "authorization: Bearer <token>"                            ->  the dataset as CSV
import { CSVLogger, encodeRow, hasCode, type StorageAdapter } from "@flagstone/flagging";
import { readRecords } from "@flagstone/flagging/reader";

const LABELS = ["question", "answer"];
const [DIRECTORY, NAME] = ["feedback", "feedback"];
const MOST_BYTES = 64 * 1024;

/** What the endpoint needs. */
export interface FeedbackOptions {
  /** Where the dataset is. */
  readonly storage: StorageAdapter;
  /** What who reads the dataset must have; without one nobody may. */
  readonly token?: string | undefined;
}

/** Says why a request is refused. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the body, and no more than it may have, whatever its headers say. */
async function readBody({ body }: Request): Promise<unknown> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Refusal(413, `The body exceeds ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks).text());
  } catch {
    throw new Refusal(400, "The body is no JSON");
  }
}

type Sample = readonly [data: readonly string[], option: string, username: string];

function toSample(body: unknown): Sample {
  const { data, option, username } = Object(body) as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === "string";
  if (!Array.isArray(data) || data.length !== LABELS.length || !data.every(isText)) {
    throw new Refusal(400, `"data" must be ${LABELS.length} texts: ${LABELS.join(", ")}`);
  }
  const rest = [option ?? "", username ?? ""];
  if (!rest.every(isText)) throw new Refusal(400, '"option" and "username" must be texts');
  // Both are always there, so that all samples have the same columns, and one dataset takes them.
  return [data, ...rest as [string, string]];
}

/** The dataset, part by part: a big one goes on in feedback.2.csv and so on. */
async function* toCsv(storage: StorageAdapter): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let part = 1;; part++) {
    const key = `${DIRECTORY}/${NAME}${part === 1 ? "" : `.${part}`}.csv`;
    let records = 0;
    for await (const cells of readRecords(storage, key)) {
      const isRepeatedHeader = records++ === 0 && part > 1;
      if (!isRepeatedHeader) yield new TextEncoder().encode(encodeRow(cells));
    }
    if (records === 0) return;
  }
}

function sendCsv(request: Request, { storage, token }: FeedbackOptions): Response {
  const isAllowed = token && request.headers.get("authorization") === `Bearer ${token}`;
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
  // deno-lint-ignore no-console -- what an operator looks at
  console.error(error);
  const status = hasCode(error, "RateLimited") || hasCode(error, "Unavailable") ? 503 : 500;
  return Response.json({ error: "The feedback could not be stored" }, { status });
}

/** Makes a feedback endpoint. It sends nothing before the first request. */
export function createFeedback(options: FeedbackOptions): (request: Request) => Promise<Response> {
  const { storage } = options;
  // An isolate starts often: the store is probed by who deploys it, once, and not by each of them.
  const quiet = { verbose: false, probe: false };
  const logger = new CSVLogger({ storage, datasetFileName: `${NAME}.csv`, ...quiet });
  let setUp: Promise<void> | undefined;

  async function answer(request: Request): Promise<Response> {
    if (request.method === "GET") return sendCsv(request, options);
    if (request.method !== "POST") throw new Refusal(405, "Use GET or POST");
    const sample = toSample(await readBody(request));
    await (setUp ??= logger.setup(LABELS, DIRECTORY));
    return Response.json({ total: await logger.flag(...sample) });
  }

  return (request) => answer(request).catch(toResponse);
}
