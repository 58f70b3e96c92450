import { encodeRow } from "../csv/encode.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode, StorageError } from "../storage/storage_error.ts";
import { concat } from "./_bytes.ts";
import { AppendTarget, RewriteTarget, type Rung, rungFor, type Target } from "./_target.ts";
import { advance, type Boundary, decodeBytes, EMPTY, readOn, resumeOffset } from "./boundary.ts";
import { latestPart, partKey } from "./file_name.ts";
import { Retries, type RetryOptions } from "./retries.ts";
import { setAside } from "./set_aside.ts";
import { isTornTimestamp } from "./timestamp.ts";

/** Options of {@linkcode DatasetLog}. */
export interface DatasetLogOptions {
  /** Whether the first record is a header, written with the first rows. @default {true} */
  readonly header?: boolean | undefined;
  /** The size in bytes at which a dataset that is rewritten goes on in a new part. @default {1 MiB} */
  readonly maxPartBytes?: number | undefined;
  /** How often a request without an answer is sent again. */
  readonly retry?: RetryOptions | undefined;
  /** Told, in a sentence, of repairs. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Rejects rows for which the file is not, or no longer: they belong into another one. */
export class NotTakenError extends Error {
  /** The class's name, also where it is minified. */
  override readonly name = "NotTakenError";
  /** Whether nothing can be logged under the key, such as that of a directory. */
  readonly blocked: boolean;

  constructor(message: string, blocked: boolean = false) {
    super(message);
    this.blocked = blocked;
  }
}

interface Entry {
  readonly text: string;
  readonly resolve: (total: number) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH_LENGTH = 512 * 1024; // UTF-16 units
const MAX_PART_BYTES = 1024 * 1024;
const BLOCKED_AFTER = 3; // conflicts over an object that is not there, such as a directory
const CROWDED_AFTER = 3; // conflicts after which writers make way for each other
const ROWS_BEFORE = "flagstone-rows-before";
const encoder: TextEncoder = new TextEncoder();

function isPassing(error: unknown): boolean {
  return (["Unavailable", "RateLimited", "TimedOut", "Corrupt"] as const)
    .some((code) => hasCode(error, code));
}

/**
 * One dataset, to whose end rows are added: exactly once, whole, in groups.
 *
 * - One request is under way at a time; all rows that wait share the next one.
 * - A row is acknowledged when it is in the store. A rejected one is not there, unless its error has
 *   the outcome `"unknown"`: then it is there zero or one times.
 * - The header is written together with the first rows.
 * - A row that another writer left torn is set aside, never glued to and never dropped.
 */
export class DatasetLog {
  /** The key of the dataset's first part. */
  readonly key: string;
  /** How rows reach the store. */
  readonly rung: Rung;
  readonly #storage: StorageAdapter;
  readonly #hasHeader: boolean;
  readonly #maxPartBytes: number;
  readonly #retry: RetryOptions | undefined;
  readonly #onNotice: (notice: string) => void;
  #target: Target;
  #part = 1;
  #rowsBefore = 0;
  #boundary: Boundary = EMPTY;
  /** Whether the last row lacks its line end. */
  #lineIsOpen = false;
  #columns: readonly string[] | null = null;
  #waiting: Entry[] = [];
  #running: Promise<void> | null = null;

  private constructor(storage: StorageAdapter, key: string, options: DatasetLogOptions) {
    this.key = key;
    this.rung = rungFor(storage);
    this.#storage = storage;
    this.#hasHeader = options.header ?? true;
    this.#maxPartBytes = options.maxPartBytes ?? MAX_PART_BYTES;
    this.#retry = options.retry;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#target = this.#targetOf(1);
  }

  /**
   * Opens a dataset, in one pass over it, and changes nothing; a missing one is made by its first
   * rows.
   *
   * @throws {StorageError} `Unsupported` where the adapter offers neither append nor swap
   */
  static async open(
    storage: StorageAdapter,
    key: string,
    options: DatasetLogOptions = {},
  ): Promise<DatasetLog> {
    const log = new DatasetLog(storage, key, options);
    await log.#patiently(new Retries(log.#retry), () => log.#locate());
    log.#columns = log.#boundary.first;
    return log;
  }

  /** How many rows there were when the store was last asked. */
  get rows(): number {
    const header = this.#hasHeader && this.#boundary.records > 0 ? 1 : 0;
    return this.#rowsBefore + this.#boundary.records - header;
  }

  /** Whether there was nothing when the store was last asked: the next rows may be any. */
  get isEmpty(): boolean {
    return this.#boundary.records === 0 && this.#boundary.rest === "nothing";
  }

  /**
   * The header; for a dataset without headers its first row. `null` while there is none, or where it
   * cannot be read.
   */
  get columns(): readonly string[] | null {
    return this.#columns;
  }

  /** Decides the columns of a dataset that is empty. */
  claim(columns: readonly string[]): void {
    this.#columns = columns;
  }

  /**
   * Adds a row.
   *
   * @returns How many rows there are now
   * @throws {NotTakenError} If the dataset has other columns by now; the row is not in it
   */
  append(row: readonly string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: encodeRow(row), resolve, reject });
      this.#running ??= this.#publishWaiting().finally(() => this.#running = null);
    });
  }

  async #publishWaiting(): Promise<void> {
    await Promise.resolve(); // rows of the same moment share the first request, too
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        const before = await this.#publish(batch);
        batch.forEach(({ resolve }, i) => resolve(before + i + 1));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }

  #takeBatch(): Entry[] {
    let length = 0;
    const full = this.#waiting.findIndex(({ text }) => (length += text.length) > MAX_BATCH_LENGTH);
    return this.#waiting.splice(0, full === -1 ? this.#waiting.length : Math.max(1, full));
  }

  /** Adds the batch exactly once; resolves with the number of rows before it. */
  async #publish(batch: readonly Entry[]): Promise<number> {
    const retries = new Retries(this.#retry);
    for (let conflicts = 0;; conflicts++) {
      await this.#patiently(retries, () => this.#prepare());
      const before = this.rows;
      const outcome = await this.#request(this.#encode(batch), batch.length, retries);
      if (outcome === "landed") return before;
      if (this.#boundary.size === 0 && conflicts >= BLOCKED_AFTER) {
        throw new NotTakenError(`"${this.key}" can neither be read nor made`, true);
      }
      if (conflicts >= CROWDED_AFTER && !await retries.giveWay()) throw this.#crowdedOut();
    }
  }

  /**
   * Makes one request until it is known to have landed or to be refused. An answer that is lost is
   * followed by the identical request: with the same base at most one copy can be accepted.
   */
  async #request(bytes: Uint8Array, rows: number, retries: Retries): Promise<"landed" | "refused"> {
    let lostAnswer: StorageError | undefined;
    while (true) {
      try {
        const info = await this.#target.add(bytes, this.#boundary.size);
        this.#advance(info.size, bytes, rows);
        return "landed";
      } catch (error) {
        if (hasCode(error, "Conflict")) {
          return await this.#settleConflict(bytes, lostAnswer, retries);
        }
        if (error instanceof StorageError && error.outcome === "unknown") lostAnswer = error;
        else if (!isPassing(error)) throw lostAnswer ?? error;
        if (!await retries.pause()) throw lostAnswer ?? error;
      }
    }
  }

  /** The base is gone, so every request before has landed or never can: one read tells which. */
  async #settleConflict(
    bytes: Uint8Array,
    lostAnswer: StorageError | undefined,
    retries: Retries,
  ): Promise<"landed" | "refused"> {
    try {
      const found = await this.#patiently(retries, () => this.#refresh(lostAnswer && bytes));
      if (found === "landed") return found;
      if (found === "replaced" && lostAnswer !== undefined) throw lostAnswer;
    } catch (error) {
      throw lostAnswer ?? error;
    }
    return "refused";
  }

  #crowdedOut(): StorageError {
    return new StorageError(`Cannot append to "${this.key}" as other writers are always first`, {
      code: "Unavailable",
      adapter: this.#storage.name,
      key: this.key,
      outcome: "not-applied",
    });
  }

  #advance(size: number, bytes: Uint8Array, rows: number): void {
    // A program that takes no lock added something, too: the next request will find out what.
    if (size !== this.#boundary.size + bytes.length) return;
    const header = this.#needsHeader ? 1 : 0;
    const { first } = this.#boundary;
    this.#boundary = advance(
      { ...this.#boundary, first: first ?? this.#columns },
      bytes,
      rows + header,
    );
    this.#lineIsOpen = false;
  }

  /** Makes sure that rows can be added where the file ends, and that they belong there. */
  async #prepare(): Promise<void> {
    await this.#closeRest();
    this.#refuseOthers();
    this.#roll();
  }

  get #needsHeader(): boolean {
    return this.#hasHeader && this.#boundary.records === 0;
  }

  #encode(batch: readonly Entry[]): Uint8Array {
    const lead = (this.#lineIsOpen ? "\r\n" : "") +
      (this.#needsHeader ? encodeRow(this.#columns ?? []) : "");
    return encoder.encode(batch.reduce((text, entry) => text + entry.text, lead));
  }

  #refuseOthers(): void {
    const { records, first } = this.#boundary;
    if (records === 0 || this.#columns === null) return;
    const fits = first !== null && first.length === this.#columns.length &&
      (!this.#hasHeader || first.every((cell, i) => cell === this.#columns![i]));
    if (!fits) throw new NotTakenError(`"${this.key}" has other columns by now`);
  }

  /**
   * Deals with bytes behind the last whole row: a row that only lacks its line end gets one; a torn
   * one is set aside.
   */
  async #closeRest(): Promise<void> {
    while (this.#boundary.rest !== "nothing") {
      const { end, size, records } = this.#boundary;
      const key = partKey(this.key, this.#part);
      const rest = await this.#storage.read(key, { range: { start: end } });
      if (rest === null || rest.info.size !== size) {
        await rest?.body.cancel();
        await this.#refresh();
        continue;
      }
      const bytes = concat(...await Array.fromAsync(rest.body));
      const cells = this.#wholeCells(bytes);
      if (cells !== null) return this.#keepRest(bytes, cells);
      if (records === 0) throw new NotTakenError(`The header of "${this.key}" cannot be read`);
      const aside = await setAside(this.#storage, key, end, rest.info.version);
      this.#onNotice(`Set aside ${size - end} bytes of a torn row of ${key} in ${aside}`);
      await this.#refresh();
    }
  }

  #keepRest(bytes: Uint8Array, cells: readonly string[]): void {
    const { first, size, records } = this.#boundary;
    const whole = advance({ ...this.#boundary, first: first ?? cells }, bytes, 1);
    this.#boundary = { ...whole, size, end: size, records: records + 1 };
    this.#lineIsOpen = true;
  }

  /** The cells of a row that lacks nothing but its line end, else `null`. */
  #wholeCells(bytes: Uint8Array): readonly string[] | null {
    const { first, rest } = this.#boundary;
    const cells = rest === "open quotes" ? null : decodeBytes(bytes);
    if (cells === null || first === null) return cells;
    const last = cells[first.length - 1];
    const isTorn = this.#hasHeader && first.at(-1) === "timestamp" && isTornTimestamp(last ?? "");
    return cells.length === first.length && !isTorn ? cells : null;
  }

  /** Reads on from what is known. */
  async #refresh(expected?: Uint8Array): Promise<"landed" | "grown" | "replaced"> {
    const known = this.#boundary;
    const from = resumeOffset(known);
    const read = await this.#target.read(from);
    if (read === null) {
      this.#become(EMPTY);
      return "grown";
    }
    const found = read.start === from ? await readOn(read.chunks, known, expected) : null;
    if (found !== null) {
      this.#become(found.boundary);
      return found.landed ? "landed" : "grown";
    }
    await this.#reread();
    return "replaced";
  }

  async #reread(): Promise<void> {
    const read = await this.#target.read(0);
    const found = read && await readOn(read.chunks, EMPTY);
    this.#become(found?.boundary ?? EMPTY);
  }

  #become(boundary: Boundary): void {
    this.#lineIsOpen &&= boundary.size === this.#boundary.size;
    this.#boundary = boundary;
  }

  /** Finds the dataset's latest part, and how many rows the parts before have. */
  async #locate(): Promise<void> {
    this.#part = this.rung === "rewrite" ? await latestPart(this.#storage, this.key) : 1;
    this.#boundary = EMPTY;
    this.#rowsBefore = await this.#rowsBeforePart();
    this.#target = this.#targetOf(this.#part);
    await this.#reread();
    const { records, rest } = this.#boundary;
    if (records === 0 && rest === "record") await this.#closeRest();
  }

  async #rowsBeforePart(): Promise<number> {
    if (this.#part === 1) return 0;
    const key = partKey(this.key, this.#part);
    const info = await this.#storage.stat(key);
    const kept = Number(info?.metadata?.[ROWS_BEFORE] ?? NaN);
    if (Number.isSafeInteger(kept)) return kept;
    return await this.#countRows(this.#part - 1);
  }

  async #countRows(parts: number): Promise<number> {
    let rows = 0;
    for (let part = 1; part <= parts; part++) {
      const result = await this.#storage.read(partKey(this.key, part));
      const found = result && await readOn(result.body, EMPTY);
      rows += Math.max(0, (found?.boundary.records ?? 0) - (this.#hasHeader ? 1 : 0));
    }
    return rows;
  }

  /**
   * Goes on in a new part where this one is full. Whether it is full depends on nothing but its size,
   * which every writer must know to add to it: so no row is added behind the next part's start.
   */
  #roll(): void {
    const isFull = this.#boundary.size >= this.#maxPartBytes && this.#boundary.records > 1;
    if (this.rung === "append" || !isFull) return;
    this.#rowsBefore = this.rows;
    this.#target = this.#targetOf(++this.#part);
    this.#boundary = EMPTY;
    this.#lineIsOpen = false;
  }

  #targetOf(part: number): Target {
    const key = partKey(this.key, part);
    return this.rung === "append"
      ? new AppendTarget(this.#storage, key)
      : new RewriteTarget(this.#storage, key, { [ROWS_BEFORE]: String(this.#rowsBefore) });
  }

  /** Does what changes nothing in the store, or may be done again, until it succeeds. */
  async #patiently<T>(retries: Retries, action: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await action();
      } catch (error) {
        const again = isPassing(error) || hasCode(error, "Conflict");
        if (!again || !await retries.pause()) throw error;
      }
    }
  }
}
