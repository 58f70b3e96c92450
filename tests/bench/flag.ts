// What does one awaited flag() cost, and does it cost more the more rows there are?
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { TempDir } from "../helpers/temp_dir.ts";
import { measureGradio, PythonPeer } from "./_gradio.ts";
import { type Add, type MakeAdd, PEERS } from "./_peers.ts";
import type { Answer, Bar, BenchOptions, Question, Table } from "./_question.ts";
import { shown } from "./_report.ts";
import { bytesAt, COMPONENTS, sampleAt, writeDataset } from "./_samples.ts";
import { median, quantile, ratio, timed } from "./_stats.ts";

const FULL = { sizes: [0, 1000, 10_000, 100_000, 500_000, 5_000_000], rounds: 80 };
const QUICK = { sizes: [0, 1000, 10_000], rounds: 12 };
const PER_ROUND = 50;
const WARM_UP_ROUNDS = 4;
const LARGE_SIZES = 3;
const MAX_GROWTH = 1.2;
const GRADIO_ROWS = 500_000; // it would take ten seconds a flag
const PYTHON = "Gradio's file work";
const MAX_OF_PYTHON = 1.5; // Gradio itself takes two to three times its file work
const REWRITTEN_ROWS = 50_000; // rows a round for a peer that rewrites the whole file

/** One way to add a row to a dataset of one size, and its times. */
class Case {
  readonly rows: number;
  readonly contender: string;
  readonly times: number[] = [];
  readonly roundMedians: number[] = [];
  readonly #dir: string;
  readonly #make: MakeAdd;
  readonly #perRound: number;
  #path = "";
  #add: Add | null = null;
  /** The size of the file if every row is in it. */
  #bytes = 0;

  constructor(root: string, rows: number, contender: string) {
    this.rows = rows;
    this.contender = contender;
    this.#dir = `${root}/${contender}-${rows}`;
    this.#make = PEERS[contender]?.make ?? flagInto;
    this.#perRound = contender === "unstorage"
      ? Math.max(1, Math.min(PER_ROUND, Math.floor(REWRITTEN_ROWS / rows)))
      : PER_ROUND;
    Deno.mkdirSync(this.#dir);
  }

  /** Opens the dataset. An empty one is created for each round, so that it stays small. */
  async prepare(round: number): Promise<void> {
    if (this.rows > 0 && this.#add !== null) return;
    const name = `dataset${this.rows > 0 ? 1 : round + 1}.csv`;
    this.#path = `${this.#dir}/${name}`;
    this.#bytes = writeDataset(this.#path, this.rows);
    this.#add = await this.#make(this.#dir, name);
    await this.#addTimed(0); // opens the dataset
  }

  async round(firstSample: number, keep: boolean): Promise<void> {
    const times: number[] = [];
    for (let i = 0; i < this.#perRound; i++) times.push(await this.#addTimed(firstSample + i));
    if (!keep) return;
    this.times.push(...times);
    this.roundMedians.push(median(times));
  }

  /** Checks that the work was done: rows have the same length at any time. */
  refuseOtherSize(): void {
    const { size } = Deno.statSync(this.#path);
    if (size === this.#bytes || PEERS[this.contender]?.isCsv === false) return;
    throw new Error(`${this.contender} has ${size} bytes and not ${this.#bytes}`);
  }

  #addTimed(index: number): Promise<number> {
    this.#bytes += bytesAt(index).length;
    return timed(() => this.#add!(index));
  }
}

async function flagInto(root: string, datasetFileName: string): Promise<Add> {
  const storage = new LocalFsAdapter({ root });
  const logger = new CSVLogger({ storage, datasetFileName, verbose: false });
  await logger.setup(COMPONENTS, "");
  return (index) => {
    const { data, option, username } = sampleAt(index);
    return logger.flag(data, option, username);
  };
}

async function measure(
  cases: readonly Case[],
  python: PythonPeer | null,
  rounds: number,
): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const keep = round >= WARM_UP_ROUNDS;
    await python?.round(keep);
    for (const one of cases) {
      await one.prepare(round);
      await one.round(round * PER_ROUND, keep);
    }
  }
  for (const one of cases) one.refuseOtherSize();
}

function caseOf(cases: readonly Case[], rows: number, contender: string): Case | undefined {
  return cases.find((one) => one.rows === rows && one.contender === contender);
}

function growthTable(cases: readonly Case[], gradioMs: ReadonlyMap<number, number>): Table {
  const flags = cases.filter(({ contender }) => contender === "flag");
  const empty = flags[0]!.roundMedians;
  return {
    columns: [
      "rows there",
      "flag() µs",
      "p99 µs",
      "flag()/empty",
      "flag()/writeFileSync",
      "unstorage/flag()",
      "Gradio/flag()",
    ],
    rows: flags.map(({ rows, times, roundMedians }) => {
      const gradio = (gradioMs.get(rows) ?? NaN) * 1000;
      const against = (peer: string): number[] => caseOf(cases, rows, peer)?.roundMedians ?? [];
      return [
        rows,
        median(times),
        quantile(times, 0.99),
        ratio(roundMedians, empty),
        ratio(roundMedians, against("writeFileSync")),
        ratio(against("unstorage"), roundMedians),
        gradio / median(times),
      ];
    }),
  };
}

function peersTable(cases: readonly Case[], python: PythonPeer | null): Table {
  const { roundMedians: ours } = caseOf(cases, 0, "flag")!;
  const alone = cases.filter(({ rows }) => rows === 0);
  return {
    columns: ["on an empty dataset", "µs a row", "flag()/it"],
    rows: [
      ...alone.map(({ contender, times, roundMedians }) => {
        return [contender, median(times), ratio(ours, roundMedians)] as const;
      }),
      ...(python === null
        ? []
        : [[PYTHON, median(python.roundMedians), ratio(ours, python.roundMedians)] as const]),
    ],
  };
}

/** Compares with Gradio in this run if it is installed, otherwise with its file work in Python. */
function gradioBar(empty: Case, gradioMs: number | undefined, python: PythonPeer | null): Bar[] {
  const common = { unit: "x", must: "at most" } as const;
  if (gradioMs !== undefined) {
    const what = "flag() on an empty dataset, against Gradio";
    return [{ what, measured: median(empty.times) / (gradioMs * 1000), limit: 1, ...common }];
  }
  if (python === null) return [];
  const what = `flag() on an empty dataset, against ${PYTHON} in Python`;
  const measured = ratio(empty.roundMedians, python.roundMedians);
  return [{ what, measured, limit: MAX_OF_PYTHON, ...common }];
}

function growthBars(cases: readonly Case[], sizes: readonly number[]): Bar[] {
  const empty = caseOf(cases, 0, "flag")!;
  return sizes.slice(-LARGE_SIZES).filter((rows) => rows > 0).map((rows): Bar => ({
    what: `flag() at ${shown(rows)} rows, against an empty dataset`,
    measured: ratio(caseOf(cases, rows, "flag")!.roundMedians, empty.roundMedians),
    limit: MAX_GROWTH,
    unit: "x",
    must: "at most",
  }));
}

function makeCases(root: string, sizes: readonly number[]): Case[] {
  return sizes.flatMap((rows) => [
    new Case(root, rows, "flag"),
    ...Object.entries(PEERS)
      .filter(([, { mostRows }]) => rows <= mostRows)
      .map(([peer]) => new Case(root, rows, peer)),
  ]);
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { sizes, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  const cases = makeCases(dir.path, sizes);
  await using python = PythonPeer.start(await Deno.makeTempDir({ dir: dir.path }), PER_ROUND);
  await measure(cases, python, rounds);
  const measured = await measureGradio(sizes.filter((rows) => rows <= GRADIO_ROWS));
  const gradioMs = measured ?? new Map<number, number>();
  return {
    tables: [growthTable(cases, gradioMs), peersTable(cases, python)],
    bars: [
      ...gradioBar(caseOf(cases, 0, "flag")!, gradioMs.get(0), python),
      ...growthBars(cases, sizes),
    ],
    notes: [
      `Medians of ${rounds} interleaved rounds, mostly of ${PER_ROUND} rows; what stands with a "/" ` +
      "are medians of the ratios of rounds.",
      ...Object.entries(PEERS).map(([name, { note }]) => `${name}: ${note}.`),
      `${PYTHON}: open, writerow(), close, open, count the rows of csv.reader(), close, in python3.`,
      "None of them locks, checks where the file ends, counts, or undoes half a row.",
      measured === null
        ? 'Gradio did not run: python3 has no module "gradio" here.'
        : "Gradio's CSVLogger ran on this machine.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "flag",
  asks: "What does one awaited flag() cost on the local disk, and does it grow with the dataset?",
  answer,
};
