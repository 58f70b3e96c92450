/** What became of the rows of one torture. */
export interface Counts {
  /** Rows that a writer was told are there. */
  readonly acknowledged: number;
  /** Acknowledged rows that are there. */
  readonly found: number;
  /** Acknowledged rows that must be there, and are not. */
  readonly lost: number;
  /** Copies beyond the first one. */
  readonly doubled: number;
  /** Rows and files that are not whole, or not what was sent. */
  readonly torn: number;
  /** Rows under headers that are not theirs. */
  readonly misplaced: number;
  /** Rows of which nobody knew, and which are there. */
  readonly unknownLanded: number;
}

/** What one torture found. */
export interface Verdict extends Counts {
  readonly name: string;
  /** What was done, in a few words. */
  readonly done: string;
  /** What else is worth knowing. */
  readonly notes: readonly string[];
  /** Every other promise that was broken, in a sentence each; none may be. */
  readonly broken: readonly string[];
}

/** How hard to torture. */
export interface Effort {
  /** Whether a few seconds have to do. */
  readonly quick: boolean;
  readonly seed: number;
  /** How long each of those runs that could go on for ever. */
  readonly minutes: number;
}

/** One torture; each of its verdicts is told as soon as it is known. */
export interface Torture {
  readonly name: string;
  /** Whether it goes on for as many minutes as it is given. @default {false} */
  readonly isLasting?: boolean;
  readonly run: (effort: Effort) => AsyncGenerator<Verdict, void, undefined>;
}

/** The counts where there are no rows to count. */
export const NO_COUNTS: Counts = {
  acknowledged: 0,
  found: 0,
  lost: 0,
  doubled: 0,
  torn: 0,
  misplaced: 0,
  unknownLanded: 0,
};

const MUST_BE_NONE = ["lost", "doubled", "torn", "misplaced"] as const;
const MOST_TOLD = 5;

/** Whether every promise was kept. */
export function isClean(verdict: Verdict): boolean {
  return verdict.broken.length === 0 && MUST_BE_NONE.every((what) => verdict[what] === 0);
}

/** The sum of some counts. */
export function sum(all: readonly Counts[]): Counts {
  const total = (what: keyof Counts): number => all.reduce((n, counts) => n + counts[what], 0);
  return {
    acknowledged: total("acknowledged"),
    found: total("found"),
    lost: total("lost"),
    doubled: total("doubled"),
    torn: total("torn"),
    misplaced: total("misplaced"),
    unknownLanded: total("unknownLanded"),
  };
}

/** The one line that a verdict is printed as, and below it what was broken. */
export function lineOf(verdict: Verdict): string {
  const { name, done, acknowledged, found, lost, doubled, torn, misplaced } = verdict;
  const notes = verdict.notes.length === 0 ? "" : ` (${verdict.notes.join("; ")})`;
  const told = verdict.broken.slice(0, MOST_TOLD).map((one) => `\n     ${one}`).join("");
  const untold = verdict.broken.length - MOST_TOLD;
  return `${isClean(verdict) ? "ok  " : "FAIL"} ${name}: ${done}: ${acknowledged} acknowledged, ` +
    `${found} found, ${lost} lost, ${doubled} doubled, ${torn} torn, ${misplaced} misplaced, ` +
    `${verdict.unknownLanded} unknown that landed${notes}${told}` +
    (untold > 0 ? `\n     and ${untold} more` : "");
}
