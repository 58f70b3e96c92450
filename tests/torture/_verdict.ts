/** Counts of the rows of one torture. */
export interface Counts {
  /** Rows that were acknowledged. */
  readonly acknowledged: number;
  /** Acknowledged rows that are there. */
  readonly found: number;
  /** Acknowledged rows that are missing. */
  readonly lost: number;
  /** Copies beyond the first one. */
  readonly doubled: number;
  /** Rows and files that are not whole, or differ from those sent. */
  readonly torn: number;
  /** Rows under headers that are not theirs. */
  readonly misplaced: number;
  /** Rows without an answer that are there. */
  readonly unknownLanded: number;
}

/** The result of one torture. */
export interface Verdict extends Counts {
  readonly name: string;
  /** A short description. */
  readonly done: string;
  /** Further remarks. */
  readonly notes: readonly string[];
  /** The other promises that were broken, in a sentence each. */
  readonly broken: readonly string[];
}

/** How long and how hard to torture. */
export interface Effort {
  /** Whether to take only a few seconds. */
  readonly quick: boolean;
  readonly seed: number;
  /** The duration of each torture without a natural end. */
  readonly minutes: number;
}

/** One torture; each verdict is yielded as soon as it is known. */
export interface Torture {
  readonly name: string;
  /** Whether it runs for the given minutes. @default {false} */
  readonly isLasting?: boolean;
  readonly run: (effort: Effort) => AsyncGenerator<Verdict, void, undefined>;
}

/** The counts without any rows. */
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

/** Formats a verdict as one line, with the broken promises below it. */
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
