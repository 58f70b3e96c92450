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

/** A longer step of the system clock, in microseconds, is a leap. */
const LEAP = 60_000_000;
const MAX_SPANS = 32;

type Span = readonly [first: number, last: number];

/**
 * Returns times without repetitions, in microseconds since 1970. They increase, unless the system
 * clock is set back by more than a minute, as after it was wrong for a moment: then they follow it.
 *
 * The system clock counts milliseconds. Each `Clock` chooses the three digits below them at random
 * once, so that the rows of two writers differ even within one millisecond.
 */
export class Clock {
  readonly #now: () => number;
  /** Chosen at the first call, because some runtimes forbid random numbers while a module loads. */
  #digits: number | undefined;
  /** The times since the last leap: the first and the last. */
  #first = 0;
  #last = 0;
  /** The spans of the times before it, in their order. */
  readonly #used: Span[] = [];

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
    const time = this.#unused(Math.floor(this.#now()) * 1000 + this.#digits);
    if (Math.abs(time - this.#last) > LEAP) this.#leap(time);
    this.#last = this.#unused(Math.max(time, this.#last + 1));
    return this.#last;
  }

  #leap(time: number): void {
    const used = this.#used;
    if (this.#last > 0) used.push([this.#first, this.#last]);
    used.sort(([a], [b]) => a - b);
    if (used.length > MAX_SPANS) {
      const gaps = used.slice(1).map(([first], i) => first - used[i]![1]);
      const i = gaps.indexOf(Math.min(...gaps));
      used.splice(i, 2, [used[i]![0], Math.max(used[i]![1], used[i + 1]![1])]);
    }
    this.#first = time;
    this.#last = time - 1;
  }

  /** Returns the first time from this one on that is in no span of earlier times. */
  #unused(time: number): number {
    for (const [first, last] of this.#used) if (time >= first && time <= last) time = last + 1;
    return time;
  }
}
