import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { createReview, type Review, type ReviewOptions } from "@flagstone/flagging/review";

export const ORIGIN = "https://review.test";

/** What a test calls. */
export interface Stage extends AsyncDisposable {
  readonly storage: MemoryAdapter;
  readonly review: Review;
  /** The errors that the app was told. */
  readonly errors: unknown[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  // deno-lint-ignore no-explicit-any -- answers are read as the page reads them
  json(path: string, headers?: Record<string, string>): Promise<any>;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The rows of verdicts. */
  verdicts(): Promise<Record<string, string | null>[]>;
}

/** The reviewer is whom the header `x-user` names. */
export function byHeader({ headers }: Request): { username: string } {
  return { username: headers.get("x-user") ?? "ada" };
}

/** Creates a review of the directory `flagged` of a memory. */
export function stage(options: Partial<ReviewOptions> & { storage?: MemoryAdapter } = {}): Stage {
  const storage = options.storage ?? new MemoryAdapter();
  const errors: unknown[] = [];
  const review = createReview({
    storage,
    directory: "flagged",
    authorize: byHeader,
    onError: (error) => errors.push(error),
    ...options,
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    review(new Request(`${ORIGIN}/review/${path}`, { headers }));
  return {
    storage,
    review,
    errors,
    get,
    json: async (path, headers) => await (await get(path, headers)).json(),
    post: (body, headers = {}) =>
      review(
        new Request(`${ORIGIN}/review/verdict`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
    async verdicts() {
      const dataset = await openDataset(storage, "flagged/verdicts");
      return (await Array.fromAsync(dataset.rows())).map(({ values }) => ({ ...values }));
    },
    [Symbol.asyncDispose]: () => review[Symbol.asyncDispose](),
  };
}

/** Flags questions and answers. */
export async function flag(
  storage: MemoryAdapter,
  rows: readonly (readonly [question: string, answer: string, flag: string, username?: string])[],
): Promise<void> {
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["question", "answer"], "flagged");
  for (const [question, answer, flag, username = "eve"] of rows) {
    await logger.flag([question, answer], flag, username);
  }
}

/** Waits until rows are counted. */
// deno-lint-ignore no-explicit-any -- answers are read as the page reads them
export async function counted({ json }: Stage, query = ""): Promise<any> {
  for (let i = 0; i < 500; i++) {
    const counts = await json(`counts?${query}`);
    if (counts.index === "ready") return counts;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("Rows are not counted");
}

/** The place of a listed row, for the parameters of a request. */
export function place(row: { rowId: string; key: string; start: number }): string {
  return `${new URLSearchParams({ row: row.rowId, key: row.key, start: `${row.start}` })}`;
}

/** A verdict on a listed row. */
export function verdictOn(
  { rowId, key, start }: { rowId: string; key: string; start: number },
  said: Record<string, unknown> = { flag: "confirmed" },
): Record<string, unknown> {
  return { id: crypto.randomUUID(), rowId, key, start, ...said };
}
