// How long does it take to import the package?
import { runScript } from "../helpers/deno.ts";
import { ENTRY_POINTS } from "./_bundle.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { median, quantile, timed } from "./_stats.ts";

const ROUNDS = 20;
const QUICK_ROUNDS = 3;
const WARM_UP_ROUNDS = 2;
const CHILD = new URL("_import_child.ts", import.meta.url);
const NOTHING = "nothing";

async function startMs(specifier: string): Promise<number> {
  const microseconds = await timed(async () => {
    const { success, stderr } = await runScript(CHILD, { args: [specifier] });
    if (!success) throw new Error(`Cannot import ${specifier}: ${stderr}`);
  });
  return microseconds / 1000;
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const times = new Map<string, number[]>([NOTHING, ...ENTRY_POINTS].map((name) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const [name, all] of times) {
      const ms = await startMs(name);
      if (round >= WARM_UP_ROUNDS) all.push(ms);
    }
  }
  const nothing = times.get(NOTHING)!;
  return {
    tables: [{
      columns: ["a process that imports", "median ms", "p90 ms", "more than nothing ms"],
      rows: [...times].map(([name, ms]) => [
        name,
        median(ms),
        quantile(ms, 0.9),
        median(ms.map((one, i) => one - nothing[i]!)),
      ]),
    }],
    bars: [],
    notes: [
      `${rounds} interleaved rounds from start to exit, Deno's caches warm. It has no bar.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "import",
  asks: "How long does it take to import an entry point in a fresh process?",
  answer,
};
