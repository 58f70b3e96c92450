import { visible } from "./_visible.ts";

/** Where a command writes. */
export interface Output {
  readonly isTerminal: boolean;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** The surroundings of a command. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The width of the terminal in columns. */
  readonly columns: number;
  readonly env: (name: string) => string | undefined;
}

/** The error of output whose reader has gone. */
export class ClosedPipe extends Error {}

const encoder: TextEncoder = new TextEncoder();

/** Data go to stdout, everything else to stderr. */
export class Terminal {
  readonly #around: Surroundings;
  readonly #showsProgress: boolean;
  #progress = "";

  /** Wraps the surroundings. */
  constructor(around: Surroundings, { progress }: { readonly progress: boolean }) {
    this.#around = around;
    this.#showsProgress = progress && around.stderr.isTerminal;
  }

  /** Whether data are shown to a person. */
  get isTerminal(): boolean {
    return this.#around.stdout.isTerminal;
  }

  /** The width in columns. */
  get columns(): number {
    return this.#around.columns;
  }

  /** Whether text may have colours. */
  get hasColour(): boolean {
    return this.isTerminal && (this.#around.env("NO_COLOR") ?? "") === "";
  }

  /** The value of an environment variable. */
  env(name: string): string | undefined {
    return this.#around.env(name);
  }

  /** Writes data as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.clear();
    await this.#around.stdout.write(bytes);
  }

  /** Writes a text of data as it is. */
  async print(text: string): Promise<void> {
    await this.write(encoder.encode(text));
  }

  /** Writes a sentence to stderr; what could drive a terminal is shown escaped. */
  async say(text: string): Promise<void> {
    await this.clear();
    const lines = text.split("\n").map((line) => visible(line));
    await this.#around.stderr.write(encoder.encode(`${lines.join("\n")}\n`));
  }

  /** Replaces the line of progress, if stderr is a terminal. */
  async progress(text: string): Promise<void> {
    if (!this.#showsProgress) return;
    this.#progress = text.slice(0, this.columns - 1);
    await this.#around.stderr.write(encoder.encode(`\r\x1b[K${this.#progress}`));
  }

  /** Removes the line of progress. */
  async clear(): Promise<void> {
    if (this.#progress === "") return;
    this.#progress = "";
    await this.#around.stderr.write(encoder.encode("\r\x1b[K"));
  }
}
