import { formatTimestamp } from "../../src/dataset/timestamp.ts";
import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";
import { lockDirectory, type LockedDirectory } from "../../src/storage/local_fs/_lock.ts";
import { rowText } from "../helpers/row_text.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { type RowForm, WHOLE_END } from "./_ledger.ts";

/**
 * The effect of an act on rows: it removes or moves the directory, destroys the dataset files or
 * moves them aside within the directory, may destroy the rows of its time, or leaves them alone.
 */
export type Effect = "razes" | "takes away" | "destroys" | "sets aside" | "disturbs" | "spares";

/** One act of another program, in milliseconds since 1970. */
export interface Act {
  readonly name: string;
  readonly effect: Effect;
  readonly from: number;
  readonly to: number;
}

/** A row that a program of the other kind added, and when. */
export interface ForeignRow {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Half a row; it stays in a file that no writer uses again. */
export const TORN = 'torn-1,"half a row\r\n';
const LIVE = /^dataset\d+\.csv$/;
const READ_ONLY_MS = 30;
const MOST_TRIES = 50;
const encoder = new TextEncoder();

/** The header of the files that replace others. */
export const STRANGE: RowForm = { labels: ["strange", "other"], length: 10 };

async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}

/** Another program that changes a dataset's directory without regard for writers. */
export class Meddler {
  readonly root: string;
  readonly #form: RowForm;
  /** The directories that were renamed. */
  readonly renamed: string[] = [];
  readonly rows: ForeignRow[] = [];
  /** The form of the rows in files that replaced others of the same size, by their writers. */
  readonly lookalikes: Map<string, RowForm> = new Map();
  #count = 0;

  /** The form of the rows that it adds. */
  constructor(root: string, form: RowForm) {
    this.root = root;
    this.#form = form;
  }

  /** Its acts, by their names. */
  get acts(): Readonly<Record<string, readonly [Effect, () => void | Promise<void>]>> {
    return {
      "delete the file": ["destroys", () => this.#each((path) => Deno.removeSync(path))],
      "delete the directory": ["razes", () => this.#deleteDirectory()],
      "replace the file": ["destroys", () => this.#each((path) => this.#replace(path))],
      "replace the file by one of its size": [
        "destroys",
        () => this.#each((path) => this.#replaceAlike(path)),
      ],
      "rename the file": [
        "sets aside",
        () => this.#each((path) => Deno.renameSync(path, `${path}.old-${++this.#count}`)),
      ],
      "rename the directory": ["takes away", () => this.#renameDirectory()],
      "edit by a rename": ["disturbs", () => this.#each((path) => this.#editByRename(path))],
      "save from a spreadsheet": [
        "disturbs",
        () => this.#each((path) => this.#saveFromSpreadsheet(path)),
      ],
      "edit in place": [
        "disturbs",
        () => this.#each((path) => Deno.writeFileSync(path, Deno.readFileSync(path))),
      ],
      "tear a row": ["spares", () => this.#tear()],
      "add a row without a lock": ["spares", () => this.#each((path) => this.#addRow(path))],
      "make the file read-only": ["spares", () => this.#each((path) => this.#forbid(path, 0o644))],
      "make the directory read-only": ["spares", () => this.#forbid(this.root, 0o755)],
      "remove stage files": ["disturbs", () => this.#removeStages()],
    };
  }

  /** Commits one of its acts. */
  async commit(name: string): Promise<Act> {
    const [effect, act] = this.acts[name]!;
    const from = Date.now();
    await act();
    return { name, effect, from, to: Date.now() };
  }

  #paths(): string[] {
    try {
      return Array.from(Deno.readDirSync(this.root), ({ name }) => name)
        .filter((name) => LIVE.test(name)).map((name) => `${this.root}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  async #each(act: (path: string) => void | Promise<void>): Promise<void> {
    for (const path of this.#paths()) await act(path);
  }

  /** Files are created while it is emptied. */
  #deleteDirectory(): void {
    for (let i = 0; i < MOST_TRIES; i++) {
      try {
        return Deno.removeSync(this.root, { recursive: true });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
      }
    }
  }

  #renameDirectory(): void {
    const to = `${this.root}-old-${++this.#count}`;
    try {
      Deno.renameSync(this.root, to);
      this.renamed.push(to);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Replaces a file in one step, as an editor does. */
  #swap(path: string, body: Uint8Array): void {
    Deno.writeFileSync(`${path}.new`, body);
    Deno.chmodSync(`${path}.new`, 0o666);
    Deno.renameSync(`${path}.new`, path);
  }

  #replace(path: string): void {
    const id = `strange-${++this.#count}`;
    const text = escapeCell(rowText(id, STRANGE.length));
    const row = encodeRow([id, text, formatTimestamp(Date.now() * 1000)]);
    this.#swap(path, encoder.encode(encodeRow([...STRANGE.labels, "timestamp"]) + row));
  }

  /** Only the version distinguishes the two files: they and their headers have the same length. */
  #replaceAlike(path: string): void {
    const header = this.#ownHeader(path);
    if (header === null) return;
    const labels = header.map((label) => [...label].reverse().join(""));
    const writer = `alike${++this.#count}`;
    const rowWith = (id: string): string => {
      const empty = header.slice(3).map(() => "");
      return encodeRow([id, rowText(id, 1), ...empty, formatTimestamp(Date.now() * 1000)]);
    };
    const text = encodeRow([...labels.slice(0, -1), "timestamp"]);
    const spare = Deno.statSync(path).size - text.length - rowWith(`${writer}-`).length;
    if (spare < 1) return;
    this.#swap(path, encoder.encode(text + rowWith(`${writer}-${"0".repeat(spare)}`)));
    this.lookalikes.set(writer, { labels: [labels[0]!, labels[1]!], length: 1 });
  }

  /** The header of a file that has the rows of the flagging processes. */
  #ownHeader(path: string): string[] | null {
    const header = Deno.readTextFileSync(path).split("\r\n", 1)[0]!.split(",");
    return header[0] === this.#form.labels[0] && header.at(-1) === "timestamp" ? header : null;
  }

  #editByRename(path: string): void {
    this.#swap(path, Deno.readFileSync(path));
  }

  /** With timestamps to the second, and now and then a byte order mark or no last line ending. */
  #saveFromSpreadsheet(path: string): void {
    const text = Deno.readTextFileSync(path);
    if (!WHOLE_END.test(text)) return; // its editor would spoil a torn row
    const times = ++this.#count;
    const rows = parseStrictly(text).map((row) => {
      return encodeRow([...row.slice(0, -1), row.at(-1)!.replace(/\.\d{6}$/, "")]);
    });
    const saved = rows.join("");
    const mark = times % 3 === 0 ? "\ufeff" : "";
    this.#swap(path, encoder.encode(mark + (times % 2 === 0 ? saved.trimEnd() : saved)));
  }

  /**
   * Leaves half a row as a killed writer does, so under the lock: without it, another row could
   * come between the check and the torn bytes, which no logger can prevent.
   */
  async #tear(): Promise<void> {
    const lock = await lockToTear(this.root).catch(() => null);
    try {
      for (const path of this.#paths()) {
        if (Deno.statSync(path).size > 0) this.#append(path, TORN);
      }
    } finally {
      lock?.release();
    }
    await pause(READ_ONLY_MS); // a repair rewrites the file: no other act may run meanwhile
  }

  /** As Gradio does: open, append, close. */
  #addRow(path: string): void {
    const header = this.#ownHeader(path);
    // After a torn row it would be torn as well, and no logger could repair it.
    if (header === null || Deno.readTextFileSync(path).endsWith(TORN)) return;
    const id = `gradio-${this.rows.length}`;
    const from = Date.now();
    const cells = [id, escapeCell(rowText(id, this.#form.length))];
    while (cells.length < header.length - 1) cells.push("");
    this.#append(path, encodeRow([...cells, formatTimestamp(from * 1000)]));
    this.rows.push({ id, from, to: Date.now() });
  }

  #append(path: string, text: string): void {
    Deno.writeTextFileSync(path, text, { append: true, create: false });
  }

  async #forbid(path: string, mode: number): Promise<void> {
    try {
      Deno.chmodSync(path, mode & 0o555);
      await pause(READ_ONLY_MS);
      Deno.chmodSync(path, mode);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Lock and stage files, in any directory. */
  #removeStages(dir: string = this.root): void {
    try {
      for (const { name, isDirectory } of Deno.readDirSync(dir)) {
        if (isDirectory) this.#removeStages(`${dir}/${name}`);
        else if (name.startsWith(".flagstone-")) Deno.removeSync(`${dir}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function lockToTear(dir: string): Promise<LockedDirectory> {
  const attempt = { adapter: "local-fs", operation: "tear" };
  return await lockDirectory(dir, { attempt }, {
    shared: false,
    timeoutMs: 60_000,
    lockFile: false,
  });
}
