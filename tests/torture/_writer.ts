// Flags rows with a CSVLogger in a separate process, and prints the answer to each.
import { CSVLogger, file, LocalFsAdapter, StorageError, value } from "@flagstone/flagging";
import { rowText } from "../helpers/row_text.ts";
import { FILE_LABEL, type RowForm } from "./_ledger.ts";

/** The job of a process. */
export interface WriterJob extends RowForm {
  readonly root: string;
  /** Its name, which its rows' ids begin with. */
  readonly writer: string;
  /** The number of rows. @default {until it is killed, or the time is over} */
  readonly rows?: number;
  /** The duration in milliseconds. */
  readonly forMs?: number;
  /** How many rows are flagged at once. @default {1} */
  readonly burst?: number;
  /** When to begin, in milliseconds since 1970, so that many processes begin together. */
  readonly startAt?: number;
  /** Begins a directory with every burst: shared with all writers, or separate. */
  readonly firstFlags?: "together" | "alone";
  /** Milliseconds between the beginnings of directories. @default {0} */
  readonly everyMs?: number;
}

/** The answer to one row; the first line of a process has no row. */
export interface WriterLine {
  readonly id: string;
  /** When its flag() was called, and when it settled, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly count?: number;
  readonly code?: string;
  readonly outcome?: string;
}

/** The line that a process prints before its first row. */
export const READY = "ready";

async function flagOne(logger: CSVLogger, id: string, job: WriterJob): Promise<WriterLine> {
  const { length, fileLength } = job;
  const content = fileLength === undefined ? [] : [rowText(id, fileLength)];
  const data = [id, rowText(id, length), ...content.map((text) => new File([text], "f.txt"))];
  const from = Date.now();
  try {
    const count = await logger.flag(data);
    return { id, from, to: Date.now(), count };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, outcome } = error;
    return { id, from, to: Date.now(), code, ...(outcome === undefined ? {} : { outcome }) };
  }
}

async function openLogger(job: WriterJob, directory: string): Promise<CSVLogger> {
  const logger = new CSVLogger({
    storage: new LocalFsAdapter({ root: job.root }),
    verbose: false,
  });
  const columns = job.labels.map((label) => value(label));
  const all = job.fileLength === undefined ? columns : [...columns, file(FILE_LABEL)];
  await logger.setup(all, directory);
  return logger;
}

function directoryOf({ firstFlags, writer }: WriterJob, round: number): string {
  if (firstFlags === undefined) return "";
  return firstFlags === "together" ? `${round}` : `${writer}/${round}`;
}

async function waitUntil(time: number): Promise<void> {
  const wait = time - Date.now();
  if (wait > 0) await new Promise((done) => setTimeout(done, wait));
}

async function run(job: WriterJob): Promise<void> {
  const { writer, rows = Infinity, forMs = Infinity, burst = 1, everyMs = 0 } = job;
  const begin = Math.max(job.startAt ?? 0, Date.now());
  let logger = await openLogger(job, directoryOf(job, 0));
  for (let i = 0; i < rows && Date.now() < begin + forMs; i += burst) {
    const round = i / burst;
    if (round > 0 && job.firstFlags !== undefined) {
      logger = await openLogger(job, directoryOf(job, round));
    }
    if (round === 0 || everyMs > 0) await waitUntil(begin + round * everyMs);
    const ids = Array.from({ length: Math.min(burst, rows - i) }, (_, j) => `${writer}-${i + j}`);
    await Promise.all(ids.map(async (id) => {
      // deno-lint-ignore no-console -- the parent reads it, also after this process is killed
      console.log(JSON.stringify(await flagOne(logger, id, job)));
    }));
  }
  await logger[Symbol.asyncDispose]();
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- as above
  console.log(READY);
  await run(JSON.parse(Deno.args[0] ?? ""));
}
