/**
 * Options of {@linkcode faulty}. Every probability is from 0 to 1, and 0 by default.
 *
 * @category Testing
 */
export interface FaultyOptions {
  /** The seed: the same calls in the same order give the same faults. @default {1} */
  readonly seed?: number | undefined;
  /** The probability that a mutation never arrives: nothing is applied. @default {0} */
  readonly lostRequest?: number | undefined;
  /** The probability that a mutation is applied but its answer is lost. @default {0} */
  readonly lostAnswer?: number | undefined;
  /** The probability that a mutation is applied only after some later operations. @default {0} */
  readonly lateRequest?: number | undefined;
  /**
   * The probability that a mutation is applied and answered, and that a copy of it arrives later.
   *
   * @default {0}
   */
  readonly doubledRequest?: number | undefined;
  /**
   * The probability that a mutation is applied, and that an identical request follows immediately, whose
   * answer is the only one: `fetch` and proxies repeat a PUT if a connection breaks.
   *
   * @default {0}
   */
  readonly replayedRequest?: number | undefined;
  /**
   * The largest number of operations that a late request arrives after, a whole number.
   *
   * @default {8}
   */
  readonly lateBy?: number | undefined;
  /** The probability that `stat`, `read` or `list` rejects. @default {0} */
  readonly lostRead?: number | undefined;
  /** The probability that the body of a read fails before its end. @default {0} */
  readonly brokenBody?: number | undefined;
  /** The probability that an answer is slow. @default {0} */
  readonly slow?: number | undefined;
  /** The longest delay of a slow answer, in milliseconds. @default {5} */
  readonly slowMs?: number | undefined;
  /** Chops the bodies of reads into chunks of 1 to this many bytes. @default {unchanged chunks} */
  readonly chop?: number | undefined;
}

/**
 * The number of injected faults, by kind.
 *
 * @category Testing
 */
export interface InjectedFaults {
  /** Mutations that never arrived. */
  readonly lostRequests: number;
  /** Mutations whose answer was lost. */
  readonly lostAnswers: number;
  /** Mutations that arrived late; some may have been refused then. */
  readonly lateRequests: number;
  /** Mutations that arrived twice; most were refused the second time. */
  readonly doubledRequests: number;
  /** Mutations that were applied, and answered by the refusal of a copy. */
  readonly replayedRequests: number;
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

/** What may happen to a mutation: at most one of these. */
export const FATES = [
  "lostRequest",
  "lostAnswer",
  "lateRequest",
  "doubledRequest",
  "replayedRequest",
] as const;

const PROBABILITIES = [
  ...FATES,
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
  const fates = FATES.reduce((sum, name) => sum + (options[name] ?? 0), 0);
  checkProbability(FATES.join(" + "), fates);
  const checked = PROBABILITIES.map((name) => [name, checkProbability(name, options[name] ?? 0)]);
  return {
    ...Object.fromEntries(checked) as Record<typeof PROBABILITIES[number], number>,
    lateBy: checkCount("lateBy", options.lateBy ?? 8),
    slowMs: checkCount("slowMs", options.slowMs ?? 5),
    chop: options.chop === undefined ? undefined : checkCount("chop", options.chop),
  };
}
