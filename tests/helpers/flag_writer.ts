// Flags rows with a CSVLogger in a separate process, and prints the answer to each.
import { CSVLogger, file, LocalFsAdapter, StorageError, value } from "@flagstone/flagging";
import { arrive } from "./barrier.ts";
import { rowText } from "./row_text.ts";

/** The job of a process. */
export interface WriterJob {
  /** The adapter's root, in which the dataset lies. */
  readonly root: string;
  readonly writer: string;
  /** The number of rows; a process that is killed gets more than it can flag. */
  readonly rows: number;
  /** The length of each row's text. @default {20} */
  readonly length?: number;
  /** The labels of the columns. @default {["id", "text"]} */
  readonly labels?: readonly [string, string];
  /** The length of each row's file; absent: there is no such column. */
  readonly fileLength?: number;
  /** How many rows are flagged at once. @default {1} */
  readonly burst?: number;
  /** The port of a barrier to wait at, so that many processes begin together. */
  readonly barrier?: number;
}

/** The answer to one row. */
export interface WriterLine {
  readonly id: string;
  readonly count?: number;
  readonly code?: string;
  readonly outcome?: string;
}

function tell(line: WriterLine): void {
  // deno-lint-ignore no-console -- how it reaches the test, also when this process is killed
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
  const { root, writer, rows, labels = ["id", "text"], fileLength, burst = 1 } = job;
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  const columns = [...labels.map((label) => value(label))];
  await logger.setup(fileLength === undefined ? columns : [...columns, file("file")], "");
  if (job.barrier !== undefined) await arrive(job.barrier);
  for (let i = 0; i < rows; i += burst) {
    const ids = Array.from({ length: Math.min(burst, rows - i) }, (_, j) => `${writer}-${i + j}`);
    await Promise.all(ids.map((id) => flagOne(logger, id, job)));
  }
  await logger[Symbol.asyncDispose]();
}
