import type { Told } from "../helpers/dataset_check.ts";
import { type ScriptOptions, startScript } from "../helpers/deno.ts";
import { linesOf } from "../helpers/lines.ts";
import type { Ledger } from "./_ledger.ts";
import { READY, type WriterJob, type WriterLine } from "./_writer.ts";

const SCRIPT = new URL("./_writer.ts", import.meta.url);

/** When a writer is killed: milliseconds after its first row, or after it is ready. */
export interface Kill {
  readonly afterMs: number;
  readonly behind: "ready" | "row";
}

/** Options of a writer's process. */
export interface RunOptions extends Pick<ScriptOptions, "through"> {
  readonly kill?: Kill;
  /** Called with each row when its answer arrives. */
  readonly onLine?: (line: WriterLine) => void;
}

/** Returns the answer that a line of a writer reports. */
export function toldIn({ count, outcome }: WriterLine): Told {
  if (count !== undefined) return { count };
  return outcome === "unknown" ? "unknown" : "refused";
}

/** Runs a writer to its end, natural or not, and records its answers in a ledger. */
export async function runWriter(
  job: WriterJob,
  ledger: Ledger,
  { kill, onLine, through }: RunOptions = {},
): Promise<WriterLine[]> {
  ledger.expect(job.writer, job);
  const child = startScript(SCRIPT, {
    args: [JSON.stringify(job)],
    ...(through === undefined ? {} : { through }),
  });
  const errors = new Response(child.stderr).text();
  const lines: WriterLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const killSoon = ({ afterMs }: Kill): void => {
    timer ??= setTimeout(() => child.kill("SIGKILL"), afterMs);
  };
  for await (const text of linesOf(child.stdout)) {
    if (kill !== undefined && (kill.behind === "ready" || text !== READY)) killSoon(kill);
    if (text === READY) continue;
    const line: WriterLine = JSON.parse(text);
    lines.push(line);
    ledger.tell(line.id, toldIn(line));
    onLine?.(line);
  }
  const { success, signal } = await child.status;
  clearTimeout(timer);
  const said = await errors;
  const wasKilled = kill !== undefined && signal === "SIGKILL";
  if (!success && !wasKilled) throw new Error(`The writer ${job.writer} ended: ${said}`);
  return lines;
}
