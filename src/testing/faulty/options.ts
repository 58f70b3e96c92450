/**
 * Options of {@linkcode faulty}. Every probability is from 0 to 1, and 0 where it is not given.
 *
 * @category Faults
 */
export interface FaultyOptions {
  /** The seed; the same calls in the same order meet the same faults. @default {1} */
  readonly seed?: number | undefined;
  /** How probably a mutation is lost on its way: nothing is applied. @default {0} */
  readonly lostRequest?: number | undefined;
  /** How probably a mutation is applied, and its answer lost. @default {0} */
  readonly lostAnswer?: number | undefined;
  /** How probably a mutation is applied behind some later operations. @default {0} */
  readonly lateRequest?: number | undefined;
  /** How probably a mutation is applied and answered, and arrives once more later. @default {0} */
  readonly doubledRequest?: number | undefined;
  /** Behind how many later operations at the most, a whole number. @default {8} */
  readonly lateBy?: number | undefined;
  /** How probably `stat`, `read` or `list` rejects. @default {0} */
  readonly lostRead?: number | undefined;
  /** How probably the body of a read fails on its way. @default {0} */
  readonly brokenBody?: number | undefined;
  /** How probably an answer is slow. @default {0} */
  readonly slow?: number | undefined;
  /** How slow at the most, in milliseconds. @default {5} */
  readonly slowMs?: number | undefined;
  /** Gives the bodies of reads in chunks of 1 to this many bytes. @default {as they come} */
  readonly chop?: number | undefined;
}

/**
 * How many faults were injected, by kind.
 *
 * @category Faults
 */
export interface InjectedFaults {
  /** Mutations that never arrived. */
  readonly lostRequests: number;
  /** Mutations whose answer was lost. */
  readonly lostAnswers: number;
  /** Mutations that were held back; some may have been refused when they arrived. */
  readonly lateRequests: number;
  /** Mutations that arrived twice; most were refused the second time. */
  readonly doubledRequests: number;
  /** Rejected reads, stats and listings. */
  readonly lostReads: number;
  /** Bodies that failed. */
  readonly brokenBodies: number;
  /** Slow answers. */
  readonly slowAnswers: number;
}

function checkProbability(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(
    `Cannot inject faults as "${name}" must be from 0 to 1: current value is ${value}`,
  );
}

function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(
    `Cannot inject faults as "${name}" must be a whole number above 0: current value is ${value}`,
  );
}

const PROBABILITIES = [
  "lostRequest",
  "lostAnswer",
  "lateRequest",
  "doubledRequest",
  "lostRead",
  "brokenBody",
  "slow",
] as const;

/** The options with their defaults, all validated. */
export interface FaultySettings extends Record<typeof PROBABILITIES[number], number> {
  readonly lateBy: number;
  readonly slowMs: number;
  readonly chop: number | undefined;
}

/** Validates the options and adds the defaults. */
export function settingsOf(options: FaultyOptions): FaultySettings {
  const { lostRequest = 0, lostAnswer = 0, lateRequest = 0, doubledRequest = 0 } = options;
  checkProbability(
    "lostRequest + lostAnswer + lateRequest + doubledRequest",
    lostRequest + lostAnswer + lateRequest + doubledRequest,
  );
  const checked = PROBABILITIES.map((name) => [name, checkProbability(name, options[name] ?? 0)]);
  return {
    ...Object.fromEntries(checked) as Record<typeof PROBABILITIES[number], number>,
    lateBy: checkCount("lateBy", options.lateBy ?? 8),
    slowMs: checkCount("slowMs", options.slowMs ?? 5),
    chop: options.chop === undefined ? undefined : checkCount("chop", options.chop),
  };
}
