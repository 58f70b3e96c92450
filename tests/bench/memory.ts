// Does a logger that flags for a long time need more and more memory?
import { runScript } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Answer, Bar, BenchOptions, Question } from "./_question.ts";
import { shown } from "./_report.ts";

const CHILD = new URL("_memory_child.ts", import.meta.url);
const STOPS = [10_000, 100_000, 1_000_000, 2_000_000];
const QUICK_STOPS = [10_000, 50_000, 100_000];
const MIB = 2 ** 20;
const MAX_GROWTH_MB = 20;

/** V8 lets its space for new objects grow in steps while a program runs, unless it has a limit. */
const WAYS: Readonly<Record<string, Record<string, string>>> = {
  "as V8 likes": {},
  "V8's young space of 4 MiB at most": { DENO_V8_FLAGS: "--max-semi-space-size=4" },
};

/** Returns the resident bytes of a process after each number of flags. */
async function residentAfter(
  stops: readonly number[],
  env: Record<string, string>,
): Promise<readonly number[]> {
  await using dir = new TempDir();
  const args = [dir.path, ...stops.map(String)];
  const { success, stdout, stderr } = await runScript(CHILD, { args, env });
  if (!success) throw new Error(`Cannot flag: ${stderr}`);
  return JSON.parse(stdout);
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const stops = quick ? QUICK_STOPS : STOPS;
  const until = stops.at(-2)!;
  const rows: (readonly (string | number)[])[] = [];
  const bars: Bar[] = [];
  for (const [way, env] of Object.entries(WAYS)) {
    const resident = await residentAfter(stops, env);
    rows.push([way, ...resident.map((bytes) => bytes / MIB)]);
    bars.push({
      what: `memory after ${shown(until)} flags beyond that after ${shown(stops[0]!)}, ${way}`,
      measured: (resident.at(-2)! - resident[0]!) / 1e6,
      limit: MAX_GROWTH_MB,
      unit: "MB",
      must: "at most",
    });
  }
  return {
    tables: [{
      columns: ["resident MiB after flags", ...stops.map(shown)],
      rows,
    }],
    bars,
    notes: ["One process, one logger, 16 flags at once. No garbage collection is asked for."],
  };
}

/** The question. */
export const question: Question = {
  name: "memory",
  asks: "Does a logger that flags a million samples take more and more memory?",
  answer,
};
