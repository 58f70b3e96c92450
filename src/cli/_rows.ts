import type { Damage } from "../reader/damage.ts";
import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import type { Context } from "./command.ts";
import { CommandError } from "./exit.ts";
import type { Terminal } from "./_terminal.ts";

/** The flags of commands that print rows. */
export const ROWS_FLAGS = {
  select: { value: "A,B", help: "the columns to print" },
  json: { help: "print JSON Lines" },
} as const;

/** Tells damage on stderr, and counts it. */
export class DamageCount {
  readonly #terminal: Terminal;
  /** The number of damaged places. */
  count = 0;
  /** Takes note of a place. */
  readonly onDamage = ({ kind, message }: Damage): void => {
    this.count++;
    if (this.count <= 10) void this.#terminal.say(`${kind}: ${message}`);
  };

  /** Begins to count. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }
}

/** The columns to print. */
export function selected(dataset: Dataset, { flags }: Context): readonly string[] {
  return flags.list("select") ?? dataset.columns.map(({ name }) => name);
}

/** The values of a row in columns. */
export function valuesIn({ values }: Sample, columns: readonly string[]): (string | null)[] {
  return columns.map((name) => Object.hasOwn(values, name) ? values[name]! : null);
}

/** A whole number in a flag. */
export function numberIn({ flags }: Context, name: string, otherwise: number): number {
  const text = flags.text(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text)) {
    throw new CommandError(`--${name} must be a whole number, not "${text}"`);
  }
  return Number(text);
}

/** A number of rows for people. */
export function rowsShown(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

/** A number of bytes for people. */
export function bytesShown(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Shows how far a reading is, a few times a second. */
export function progressOf(terminal: Terminal): (read: number, total: number) => void {
  let last = -Infinity;
  return (read, total) => {
    const now = performance.now();
    if (now - last < 200 || total === 0) return;
    last = now;
    const share = Math.min(100, Math.floor(read / total * 100));
    void terminal.progress(`${share} % of ${bytesShown(total)}`);
  };
}
