// How long does it take to import the package?
import { runScript } from "../helpers/deno.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { median, quantile, timed } from "./_stats.ts";

const ROUNDS = 20;
const QUICK_ROUNDS = 3;
const WARM_UP_ROUNDS = 2;
const NOTHING = new URL("_import_nothing.ts", import.meta.url);
const CORE = new URL("_import_core.ts", import.meta.url);

async function startMs(script: URL): Promise<number> {
  const microseconds = await timed(async () => {
    const { success, stderr } = await runScript(script);
    if (!success) throw new Error(`Cannot run ${script}: ${stderr}`);
  });
  return microseconds / 1000;
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const nothing: number[] = [];
  const core: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const times = [await startMs(NOTHING), await startMs(CORE)] as const;
    if (round < WARM_UP_ROUNDS) continue;
    nothing.push(times[0]);
    core.push(times[1]);
  }
  const more = core.map((ms, i) => ms - nothing[i]!);
  const row = (what: string, ms: readonly number[]): [string, number, number, number] => [
    what,
    median(ms),
    quantile(ms, 0.1),
    quantile(ms, 0.9),
  ];
  return {
    tables: [{
      columns: ["a process that imports", "median ms", "p10 ms", "p90 ms"],
      rows: [
        row("nothing", nothing),
        row('"."', core),
        row("difference of a round", more),
      ],
    }],
    bars: [],
    notes: [
      `${rounds} interleaved rounds from start to exit, Deno's caches warm. There is no bar.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "import",
  asks: 'How long does it take to import "." in a fresh process?',
  answer,
};
