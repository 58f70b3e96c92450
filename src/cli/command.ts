import type { Terminal } from "./_terminal.ts";

/** A flag of a command. */
export interface FlagSpec {
  /** What its value is called in the help, such as `FILE`; absent for a flag without a value. */
  readonly value?: string;
  /** A letter that stands for it: `n` for `-n`. */
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly many?: boolean;
  /** What it does, in one line. */
  readonly help: string;
}

/** The flags of one run: texts, `true` for flags without a value, and lists for those of several. */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>;

  /** Wraps what was parsed. */
  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a flag without a value is given. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of a flag. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The values of a flag that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : [];
  }

  /** The parts of a value that lists names, separated by commas. */
  list(name: string): readonly string[] | undefined {
    return this.text(name)?.split(",").map((part) => part.trim()).filter((part) => part !== "");
  }
}

/** What a command runs with. */
export interface Context {
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly terminal: Terminal;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** All commands by their names. */
  readonly commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>>;
}

/** One command. */
export interface Command {
  /** What it does, in one line. */
  readonly summary: string;
  /** Its arguments, such as `SOURCE`. */
  readonly usage: string;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** A command line to copy. */
  readonly example: string;
  /** Runs it, and returns the exit code. */
  readonly run: (context: Context) => Promise<number>;
}
