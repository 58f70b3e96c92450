// Flags rows with a CSVLogger in its own process, and prints the result of each.
import { CSVLogger, file, LocalFsAdapter, StorageError, value } from "@flagstone/flagging";
import { arrive } from "./barrier.ts";
import { rowText } from "./row_text.ts";

/** The task of a process. */
export interface WriterJob {
  /** The root of the adapter, which contains the dataset. */
  readonly root: string;
  readonly writer: string;
  /** The number of rows. If the process is to be killed, more than it can flag. */
  readonly rows: number;
  /** The length of each row's text. @default {20} */
  readonly length?: number;
  /** The labels of the columns. @default {["id", "text"]} */
  readonly labels?: readonly [string, string];
  /** The length of the file of each row. If absent, there is no file column. */
  readonly fileLength?: number;
  /** The number of rows flagged at once. @default {1} */
  readonly burst?: number;
  /** The pause in milliseconds after each burst. @default {0} */
  readonly everyMs?: number;
  /** The port of a barrier to wait at, so that many processes start together. */
  readonly barrier?: number;
}

/** The result of one row. */
export interface WriterLine {
  readonly id: string;
  readonly count?: number;
  readonly code?: string;
  readonly outcome?: string;
}

function tell(line: WriterLine): void {
  // deno-lint-ignore no-console -- the test reads it, even if this process is killed
  console.log(JSON.stringify(line));
}

async function flagOne(logger: CSVLogger, id: string, job: WriterJob): Promise<void> {
  const { length = 20, fileLength } = job;
  const content = fileLength === undefined ? [] : [rowText(id, fileLength)];
  const data = [id, rowText(id, length), ...content.map((text) => new File([text], "f.txt"))];
  try {
    tell({ id, count: await logger.flag(data) });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, outcome } = error;
    tell({ id, code, ...(outcome === undefined ? {} : { outcome }) });
  }
}

if (import.meta.main) {
  const job: WriterJob = JSON.parse(Deno.args[0] ?? "");
  const { root, writer, rows, labels = ["id", "text"], fileLength, burst = 1, everyMs = 0 } = job;
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  const columns = [...labels.map((label) => value(label))];
  await logger.setup(fileLength === undefined ? columns : [...columns, file("file")], "");
  if (job.barrier !== undefined) await arrive(job.barrier);
  for (let i = 0; i < rows; i += burst) {
    const ids = Array.from({ length: Math.min(burst, rows - i) }, (_, j) => `${writer}-${i + j}`);
    await Promise.all(ids.map((id) => flagOne(logger, id, job)));
    if (everyMs > 0) await new Promise((done) => setTimeout(done, everyMs));
  }
  await logger[Symbol.asyncDispose]();
}
