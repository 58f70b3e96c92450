import { encodeRow } from "../csv/encode.ts";
import { layoutOf, lineOf, type TableLayout } from "./_table.ts";
import type { Terminal } from "./_terminal.ts";

const FIRST_ROWS = 200; // that decide the widths of a table
const CHUNK_LENGTH = 16_384;

/** How rows are written: as a table on a terminal, as CSV into a pipe, or as JSON Lines. */
export class RowsOutput {
  readonly #terminal: Terminal;
  readonly #columns: readonly string[];
  readonly #asJson: boolean;
  #pending = "";
  #waiting: string[][] = [];
  #layout: TableLayout | null = null;
  #hasHeader = false;

  /** Begins rows of these columns. */
  constructor(
    terminal: Terminal,
    columns: readonly string[],
    { json }: { readonly json: boolean },
  ) {
    this.#terminal = terminal;
    this.#columns = columns;
    this.#asJson = json;
  }

  /** Writes a row; `null` stands for a column that it does not have. */
  async add(values: readonly (string | number | null)[]): Promise<void> {
    if (this.#asJson) {
      const members = this.#columns.map((name, i) => [name, values[i]]);
      this.#pending += `${
        JSON.stringify(Object.fromEntries(members.filter(([, value]) => value !== null)))
      }\n`;
      return await this.#send(CHUNK_LENGTH);
    }
    const cells = values.map((value) => value === null ? "" : String(value));
    if (!this.#terminal.isTerminal) {
      if (!this.#hasHeader) this.#pending = encodeRow(this.#columns);
      this.#hasHeader = true;
      this.#pending += encodeRow(cells);
      return await this.#send(CHUNK_LENGTH);
    }
    if (this.#layout !== null) {
      this.#pending += `${lineOf(cells, this.#layout)}\n`;
      return await this.#send(CHUNK_LENGTH);
    }
    this.#waiting.push(cells);
    if (this.#waiting.length >= FIRST_ROWS) await this.#startTable();
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) await this.#startTable();
    await this.#send(1);
  }

  async #startTable(): Promise<void> {
    const rows = [this.#columns, ...this.#waiting];
    const layout = layoutOf(rows, this.#terminal.columns);
    const [header, ...lines] = rows.map((row) => lineOf(row, layout));
    this.#pending += this.#terminal.hasColour ? `\x1b[1m${header}\x1b[0m\n` : `${header}\n`;
    this.#pending += lines.map((line) => `${line}\n`).join("");
    this.#layout = layout;
    this.#waiting = [];
    await this.#send(1);
    if (layout.hidden === 0) return;
    const hidden = this.#columns.slice(-layout.hidden).join(", ");
    await this.#terminal.say(`Not shown for lack of room: ${hidden}. Choose columns by --select.`);
  }

  async #send(least: number): Promise<void> {
    if (this.#pending.length < least) return;
    const text = this.#pending;
    this.#pending = "";
    await this.#terminal.print(text);
  }
}
