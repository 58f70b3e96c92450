// What does one awaited flag() cost, and does it cost more the more rows there are?
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { TempDir } from "../helpers/temp_dir.ts";
import { measureGradio, RECORDED_GRADIO_MS } from "./_gradio.ts";
import { unparseRow } from "./_papaparse.ts";
import type { Answer, Bar, BenchOptions, Question, Table } from "./_question.ts";
import { shown } from "./_report.ts";
import { bytesAt, cellsAt, COMPONENTS, sampleAt, writeDataset } from "./_samples.ts";
import { median, quantile, ratio, timed } from "./_stats.ts";

const FULL = { sizes: [0, 1000, 10_000, 100_000, 500_000], rounds: 80 };
const QUICK = { sizes: [0, 1000, 10_000], rounds: 12 };
const PER_ROUND = 50;
const WARM_UP_ROUNDS = 4;
const LARGE_SIZES = 2;
const MAX_GROWTH = 1.2;

type Contender = "flag" | "writeFile" | "writeFileSync" | "papaparse";
const CONTENDERS: readonly Contender[] = ["flag", "writeFile", "papaparse", "writeFileSync"];

/** What adds the sample of a number to a file. */
type Add = (index: number) => void | Promise<unknown>;

/** One way to add a row to a dataset of one size, and how long it took. */
class Case {
  readonly rows: number;
  readonly contender: Contender;
  readonly times: number[] = [];
  readonly roundMedians: number[] = [];
  readonly #dir: string;
  #path = "";
  #add: Add | null = null;

  constructor(root: string, rows: number, contender: Contender) {
    this.rows = rows;
    this.contender = contender;
    this.#dir = `${root}/${contender}-${rows}`;
    Deno.mkdirSync(this.#dir);
  }

  /** Makes what adds rows. An empty dataset is made anew for each round, so that it stays small. */
  async prepare(round: number): Promise<void> {
    if (this.rows > 0 && this.#add !== null) return;
    const name = `dataset${this.rows > 0 ? 1 : round + 1}.csv`;
    this.#path = `${this.#dir}/${name}`;
    writeDataset(this.#path, this.rows);
    this.#add = this.contender === "flag"
      ? await flagInto(this.#dir, name)
      : addTo(this.contender, this.#path);
    await this.#add(0); // opens the dataset
  }

  /** The size of the file that the last round added to. */
  get bytes(): number {
    return Deno.statSync(this.#path).size;
  }

  async round(firstSample: number, keep: boolean): Promise<void> {
    const add = this.#add!;
    const times: number[] = [];
    for (let i = 0; i < PER_ROUND; i++) times.push(await timed(() => add(firstSample + i)));
    if (!keep) return;
    this.times.push(...times);
    this.roundMedians.push(median(times));
  }
}

async function flagInto(root: string, datasetFileName: string): Promise<Add> {
  const logger = new CSVLogger({
    storage: new LocalFsAdapter({ root }),
    datasetFileName,
    verbose: false,
  });
  await logger.setup(COMPONENTS, "");
  return (index) => {
    const { data, option, username } = sampleAt(index);
    return logger.flag(data, option, username);
  };
}

function addTo(contender: Exclude<Contender, "flag">, path: string): Add {
  const encoder = new TextEncoder();
  const append = { append: true };
  switch (contender) {
    case "writeFile":
      return (index) => Deno.writeFile(path, bytesAt(index), append);
    case "writeFileSync":
      return (index) => Deno.writeFileSync(path, bytesAt(index), append);
    case "papaparse":
      return (index) => Deno.writeFile(path, encoder.encode(unparseRow(cellsAt(index))), append);
  }
}

async function measure(cases: readonly Case[], rounds: number): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const one of cases) {
      await one.prepare(round);
      await one.round(round * PER_ROUND, round >= WARM_UP_ROUNDS);
    }
  }
}

/** Makes sure that everybody did the work: rows have the same length, whatever their time. */
function refuseOtherSizes(cases: readonly Case[]): void {
  for (const one of cases) {
    const { bytes } = caseOf(cases, one.rows, "flag");
    if (one.bytes !== bytes) {
      throw new Error(`${one.contender} wrote ${one.bytes} bytes where flag() wrote ${bytes}`);
    }
  }
}

function caseOf(cases: readonly Case[], rows: number, contender: Contender): Case {
  return cases.find((one) => one.rows === rows && one.contender === contender)!;
}

function growthTable(cases: readonly Case[], gradioMs: ReadonlyMap<number, number>): Table {
  const empty = caseOf(cases, 0, "flag").roundMedians;
  const flags = cases.filter(({ contender }) => contender === "flag");
  return {
    columns: ["rows there", "flag() µs", "p99 µs", "flag()/empty", "Gradio µs", "Gradio/flag()"],
    rows: flags.map(({ rows, times, roundMedians }) => {
      const gradio = (gradioMs.get(rows) ?? NaN) * 1000;
      const growth = ratio(roundMedians, empty);
      return [rows, median(times), quantile(times, 0.99), growth, gradio, gradio / median(times)];
    }),
  };
}

function peersTable(cases: readonly Case[]): Table {
  const peers = CONTENDERS.filter((contender) => contender !== "flag");
  const flags = cases.filter(({ contender }) => contender === "flag");
  return {
    columns: ["rows there", "flag() µs", ...peers.flatMap((peer) => [`${peer} µs`, "flag()/it"])],
    rows: flags.map(({ rows, times, roundMedians }) => {
      const figures = peers.flatMap((contender) => {
        const peer = caseOf(cases, rows, contender);
        return [median(peer.times), ratio(roundMedians, peer.roundMedians)];
      });
      return [rows, median(times), ...figures];
    }),
  };
}

function toBars(cases: readonly Case[], sizes: readonly number[], gradioMs: number): Bar[] {
  const empty = caseOf(cases, 0, "flag");
  const large = sizes.slice(-LARGE_SIZES).map((rows): Bar => ({
    what: `flag() at ${shown(rows)} rows, against an empty dataset`,
    measured: ratio(caseOf(cases, rows, "flag").roundMedians, empty.roundMedians),
    limit: MAX_GROWTH,
    unit: "x",
    must: "at most",
  }));
  return [{
    what: "flag() on an empty dataset, against Gradio",
    measured: median(empty.times),
    limit: gradioMs * 1000,
    unit: "µs",
    must: "at most",
  }, ...large];
}

async function answer({ quick }: BenchOptions): Promise<Answer> {
  const { sizes, rounds } = quick ? QUICK : FULL;
  await using dir = new TempDir();
  const cases = sizes.flatMap((rows) =>
    CONTENDERS.map((contender) => new Case(dir.path, rows, contender))
  );
  await measure(cases, rounds);
  refuseOtherSizes(cases);
  const measured = await measureGradio(sizes);
  const gradioMs = measured ?? RECORDED_GRADIO_MS;
  return {
    tables: [growthTable(cases, gradioMs), peersTable(cases)],
    bars: toBars(cases, sizes, gradioMs.get(0)!),
    notes: [
      `Medians of ${rounds * PER_ROUND} rows a cell, in ${rounds} interleaved rounds of ` +
      `${PER_ROUND}; "flag()/..." are medians of the ratios of rounds.`,
      "writeFile: Deno.writeFile(path, bytes, { append: true }) of the same rows, encoded before; " +
      "papaparse: unparse() and writeFile(); writeFileSync: the same without a turn of the event " +
      "loop. None of them locks, checks where the file ends, counts, or undoes half a row.",
      measured === null
        ? "Gradio's figures are recorded ones, of Gradio 6.25.0 on a comparable machine with 2 CPUs: " +
          'python3 has no module "gradio" here.'
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
