import { type Component, file, type FlagOption, MemoryAdapter, value } from "@flagstone/flagging";
import type { FeedbackRequest } from "@flagstone/flagging/element";
import { createFeedback, sealTicket } from "@flagstone/flagging/http";
import { type DatasetRow, readDataset } from "@flagstone/flagging/dataset";
import { assertEquals } from "@std/assert";
import { type Handler, readForm, type Row } from "./_rows.ts";

const SECRET = "a secret of at least 32 bytes, for tests";

/** What pages of tests have in place of a ticket; it is replaced by a real one when they are sent. */
export const TICKET = "t1";

/** Options of {@linkcode realHandler}. */
export interface RealOptions {
  /** The names of the components, if the samples have data. A name of a file ends with `?`. */
  readonly components?: readonly string[];
  readonly origins?: readonly string[];
  readonly undo?: boolean;
  /** Whether samples come as tickets or as data. @default {"both"} */
  readonly accepts?: "tickets" | "both";
  /** The verdicts. @default {good and bad} */
  readonly options?: readonly FlagOption[];
}

const GOOD_AND_BAD: readonly FlagOption[] = [["Good", "good"], ["Bad", "bad"]];

/** An endpoint of `createFeedback()` over memory, whose rows are those of its dataset. */
export async function realHandler(options: RealOptions = {}): Promise<Handler> {
  const { components = [], origins = [], undo = true } = options;
  const verdicts = options.options ?? GOOD_AND_BAD;
  const storage = new MemoryAdapter();
  const ticket = await sealTicket(SECRET, { data: {} });
  const fields: Record<string, Component<never>> = Object.fromEntries(
    components.map((name) => name.endsWith("?") ? [name.slice(0, -1), file()] : [name, value()]),
  );
  const feedback = createFeedback({
    components: fields,
    storage,
    options: verdicts,
    ...(verdicts === GOOD_AND_BAD || verdicts.includes("bad")
      ? {
        reasons: { bad: [["Wrong", "wrong"], ["Rude", "rude"]] },
        comment: { for: ["bad"] },
      }
      : {}),
    undo,
    origins,
    secret: SECRET,
    accepts: options.accepts ?? "both",
    limit: null,
    files: { maxBytes: 1000, maxUploadBytes: 100_000 },
    thanks: "/thanks",
  });
  /** What was sent, by the ids of the answers. */
  const sent = new Map<string, Omit<Row, "key"> & { key: string }>();
  let rows: Row[] = [];

  /** Reads the dataset; its rows must say what was sent. */
  async function refresh(): Promise<void> {
    const found = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
    rows = found.map((row) => {
      const request = sent.get(row.id!);
      if (request === undefined) throw new Error(`Nobody sent ${JSON.stringify(row)}`);
      assertSaid(row, request.request);
      return request;
    });
  }

  return {
    rows: () => rows,
    page: (html) => html.replaceAll(`="${TICKET}"`, `="${ticket}"`),
    async handle(request) {
      const copy = request.clone();
      const isVerdict = request.method === "POST" && new URL(request.url).pathname === "/feedback";
      const response = await feedback(request);
      if (!isVerdict || !response.ok && response.status !== 303) return response;
      const row = await readVerdict(copy, ticket);
      const id = await idOf(row.key);
      if (response.ok) assertEquals((await response.clone().json()).id, id);
      if (!sent.has(id)) sent.set(id, row);
      await refresh();
      return response;
    },
  };
}

/** Reads what a request says; the ticket of the page has its short name again. */
async function readVerdict(request: Request, ticket: string): Promise<Row> {
  const key = request.headers.get("idempotency-key");
  const isJson = request.headers.get("content-type") === "application/json";
  const row = isJson
    ? { key: "", request: await request.json() as FeedbackRequest, files: {} }
    : await readForm(request);
  const named = row.request.ticket === ticket ? { ...row.request, ticket: TICKET } : row.request;
  return { ...row, request: named, key: key ?? row.key };
}

/** The id of an anonymous person's row. */
async function idOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`\0${key}`));
  return new Uint8Array(hash).toBase64({ alphabet: "base64url" }).slice(0, 22);
}

function assertSaid(row: DatasetRow, { option = "", reason = "", comment = "" }: FeedbackRequest) {
  assertEquals([row.flag, row.reason ?? "", row.comment ?? ""], [option, reason, comment]);
}
