import type { FeedbackEndpoint, FeedbackOptions } from "@flagstone/flagging/http";
import { createFeedback } from "@flagstone/flagging/http";
import { MemoryAdapter, type StorageAdapter, value } from "@flagstone/flagging";
import { type DatasetRow, readDataset } from "@flagstone/flagging/dataset";

export const SECRET = "a secret of at least 32 bytes, for tests";
export const BASE = "http://app.example/feedback";
export const SAMPLE = { question: "2 + 2?", answer: "5" };
export const COMPONENTS = { question: value<string>(), answer: value<string>() };

type Options = Omit<FeedbackOptions<typeof COMPONENTS>, "options">;

/** An endpoint of a test. */
export interface TestEndpoint {
  readonly feedback: FeedbackEndpoint<typeof COMPONENTS>;
  readonly storage: StorageAdapter;
  /** The errors that it reported. */
  readonly errors: unknown[];
}

/** Returns an endpoint over memory, unless the options say otherwise. */
export function endpoint(options: Options = {}): TestEndpoint {
  const storage = options.logger?.storage ?? options.storage ?? new MemoryAdapter();
  const errors: unknown[] = [];
  const feedback = createFeedback({
    ...(options.logger === undefined ? { components: COMPONENTS, storage } : {}),
    options: ["good", "bad"],
    reasons: { bad: ["rude"] },
    comment: { for: ["bad"] },
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { feedback, storage, errors };
}

/** Returns a request with a JSON body. */
export function post(
  body: unknown,
  { key, headers = {}, path = "", method = "POST" }: {
    readonly key?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly path?: string;
    readonly method?: string;
  } = {},
): Request {
  return new Request(BASE + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** Returns the status of a response, and the name of its problem. */
export async function problemOf(response: Response): Promise<[status: number, name: string]> {
  const { type = "" } = await response.json();
  return [response.status, type.replace("urn:flagstone:problem:", "")];
}

/** Returns the rows of the dataset in a storage. */
export async function rowsIn(
  storage: StorageAdapter,
  current: boolean = false,
): Promise<DatasetRow[]> {
  const key = "flagged/dataset1.csv";
  if (await storage.stat(key) === null) return []; // nothing was saved
  return await Array.fromAsync(readDataset(storage, key, { current }));
}

/** Returns the flags of the rows that stand. */
export async function standing(storage: StorageAdapter): Promise<string[]> {
  return (await rowsIn(storage, true)).map(({ flag = "" }) => flag);
}
