/** The text of the millisecond that was formatted last: many rows share one. */
let latest = { milliseconds: NaN, text: "" };

function formatMilliseconds(milliseconds: number): string {
  if (latest.milliseconds !== milliseconds) {
    const iso = new Date(milliseconds).toISOString(); // 2026-01-31T12:34:56.789Z
    latest = { milliseconds, text: `${iso.slice(0, 10)} ${iso.slice(11, 23)}` };
  }
  return latest.text;
}

/** A point in time as a cell has it: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`, always six digits. */
export function formatTimestamp(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, "0");
  return formatMilliseconds(milliseconds) + rest;
}

/**
 * Tells times that never repeat and never go back, in microseconds since 1970.
 *
 * Clocks here count milliseconds. The digits below them are chosen at random once a clock, so that
 * the rows of two writers differ also within one millisecond.
 */
export class Clock {
  readonly #now: () => number;
  /** Chosen with the first time: where a module is loaded some runtimes have no random numbers. */
  #digits: number | undefined;
  #last = 0;

  /**
   * Makes a clock.
   *
   * @param now Milliseconds since 1970
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next time. */
  next(): number {
    this.#digits ??= crypto.getRandomValues(new Uint16Array(1))[0]! % 1000;
    const time = Math.floor(this.#now()) * 1000 + this.#digits;
    this.#last = Math.max(time, this.#last + 1);
    return this.#last;
  }
}
