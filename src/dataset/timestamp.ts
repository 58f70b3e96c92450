/** The last formatted millisecond, cached because many rows share one. */
let latest = { milliseconds: NaN, text: "" };

function formatMilliseconds(milliseconds: number): string {
  if (latest.milliseconds !== milliseconds) {
    const iso = new Date(milliseconds).toISOString(); // 2026-01-31T12:34:56.789Z
    latest = { milliseconds, text: `${iso.slice(0, 10)} ${iso.slice(11, 23)}` };
  }
  return latest.text;
}

/** Formats a time for a cell: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`, always with six digits. */
export function formatTimestamp(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, "0");
  return formatMilliseconds(milliseconds) + rest;
}

/**
 * Returns increasing times without repetitions, in microseconds since 1970.
 *
 * The system clock counts milliseconds. Each `Clock` chooses the three digits below them at random
 * once, so that the rows of two writers differ even within one millisecond.
 */
export class Clock {
  readonly #now: () => number;
  /** Chosen at the first call, because some runtimes forbid random numbers while a module loads. */
  #digits: number | undefined;
  #last = 0;

  /**
   * Creates a clock.
   *
   * @param now Returns the milliseconds since 1970
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the next time. */
  next(): number {
    this.#digits ??= crypto.getRandomValues(new Uint16Array(1))[0]! % 1000;
    const time = Math.floor(this.#now()) * 1000 + this.#digits;
    this.#last = Math.max(time, this.#last + 1);
    return this.#last;
  }
}
