import type { Verdicts } from "../export/verdicts.ts";
import type { Dataset } from "../reader/dataset.ts";
import { textIn } from "./_brief.ts";
import { stateOf } from "./_judged.ts";
import { type Place, sampleOf } from "./_place.ts";
import { Refusal } from "./_refusal.ts";
import type { NewVerdict, VerdictLog } from "./_verdict_log.ts";

const MOST_BYTES = 1_048_576;

/** Where verdicts are saved, and which there are. */
export interface VerdictSettings {
  readonly dataset: Dataset | null;
  readonly log: VerdictLog;
  readonly options: readonly string[];
  readonly username: string;
}

/** What the page shows once a verdict is saved. */
export interface Saved {
  readonly state: string;
  readonly verdicts: ReturnType<Verdicts["of"]>;
}

/** Saves the verdict in a request. If it is refused, nothing is saved. */
export async function saveVerdict(request: Request, settings: VerdictSettings): Promise<Saved> {
  const body = await bodyOf(request);
  const { dataset, log, options, username } = settings;
  const text = (name: string) => textOf(body, name);
  const flag = text("flag");
  if (flag !== "" && !options.includes(flag)) {
    throw new Refusal(400, "Cannot save the verdict: there is no such option");
  }
  const id = text("id");
  if (!/^[\w-]{8,64}$/.test(id)) {
    throw new Refusal(400, "Cannot save the verdict: its id must have 8 to 64 letters and digits");
  }
  const place: Place = { rowId: text("rowId"), key: text("key"), start: Number(body.start) };
  const sample = await sampleOf(dataset, place);
  const column = text("column");
  if (column !== "" && !dataset!.columns.some(({ name }) => name === column)) {
    throw new Refusal(400, "Cannot save the verdict: the row has no such column");
  }
  const verdict: NewVerdict = {
    ...{ id, rowId: place.rowId, sample: textIn(sample, "id"), column, flag, username },
    ...{ correction: text("correction"), comment: text("comment") },
  };
  await log.save(verdict);
  const verdicts = await log.current();
  return { state: stateOf(verdicts, place.rowId), verdicts: verdicts.of(place.rowId) };
}

function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : "";
  if (typeof value === "string") return value.toWellFormed();
  throw new Refusal(400, `Cannot save the verdict: "${name}" must be a text`);
}

async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw new Refusal(415, "Cannot read the verdict: send JSON as application/json");
  }
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await bytesOf(request)));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "Cannot read the verdict: it is not JSON");
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new Refusal(400, "Cannot read the verdict: it is not an object");
}

/** Reads a body, and stops where it becomes too large, whatever length it claims. */
async function bytesOf({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Refusal(413, "Cannot read the verdict: it exceeds 1 MiB");
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
