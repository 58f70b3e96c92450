// What does a flag cost with more columns?
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { stringify } from "@std/csv/stringify";
import { TempDir } from "../helpers/temp_dir.ts";
import type { Answer, BenchOptions, Question } from "./_question.ts";
import { sampleAt } from "./_samples.ts";
import { median, ratio, timed } from "./_stats.ts";

const COLUMNS = [1, 2, 5, 20, 50, 100, 200];
const ROUNDS = 60;
const QUICK_ROUNDS = 10;
const PER_ROUND = 50;
const WARM_UP_ROUNDS = 6;
/** The largest cost of a further column, as a multiple of `stringify` of its cell. */
const MAX_COST = 4;

/** A dataset with a number of columns, and the time of a flag in each round. */
class Case {
  readonly columns: number;
  readonly flags: number[] = [];
  readonly stringifies: number[] = [];
  readonly #logger: CSVLogger;

  constructor(root: string, columns: number) {
    this.columns = columns;
    const storage = new LocalFsAdapter({ root: `${root}/${columns}` });
    this.#logger = new CSVLogger({ storage, verbose: false });
  }

  async round(first: number, keep: boolean): Promise<void> {
    const samples = Array.from({ length: PER_ROUND }, (_, i) => {
      return Array.from({ length: this.columns }, (_, j) => sampleAt(first + i + j).data[0]);
    });
    await this.#logger.setup(samples[0]!.map((_, j) => `column ${j}`), "");
    await this.#logger.flag(samples[0]!); // opens the dataset
    const flags: number[] = [];
    const stringifies: number[] = [];
    for (const sample of samples) {
      flags.push(await timed(() => this.#logger.flag(sample)));
      stringifies.push(await timed(() => void stringify([sample])));
    }
    if (!keep) return;
    this.flags.push(median(flags));
    this.stringifies.push(median(stringifies));
  }
}

/** Microseconds for a further column, by round. */
function slope(few: readonly number[], many: readonly number[], columns: number): number[] {
  return many.map((time, i) => (time - few[i]!) / columns);
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  await using dir = new TempDir();
  const cases = COLUMNS.map((columns) => new Case(dir.path, columns));
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const one of cases) await one.round(round * PER_ROUND, round >= WARM_UP_ROUNDS);
  }
  const [few, many] = [cases[0]!, cases.at(-1)!];
  const more = many.columns - few.columns;
  const ours = slope(few.flags, many.flags, more);
  const floor = slope(few.stringifies, many.stringifies, more);
  return {
    tables: [{
      columns: ["columns", "flag() µs", "flag()/one column", "stringify µs"],
      rows: cases.map(({ columns, flags, stringifies }) => [
        columns,
        median(flags),
        ratio(flags, few.flags),
        median(stringifies),
      ]),
    }],
    bars: [{
      what: `a column more, of ${many.columns}, against stringify of its cell`,
      measured: ratio(ours, floor),
      limit: MAX_COST,
      unit: "x",
      must: "at most",
    }],
    notes: [
      `Medians of ${rounds} interleaved rounds of ${PER_ROUND} rows of short texts.`,
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "columns",
  asks: "What does a flag cost with 1 to 200 columns?",
  answer,
};
