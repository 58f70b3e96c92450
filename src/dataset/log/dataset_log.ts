import { encodeRow } from "../../csv/encode.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode, isTransient, StorageError } from "../../storage/storage_error.ts";
import { appendWriter } from "./_append_writer.ts";
import type { PartWriter } from "./_part_writer.ts";
import { rewriteWriter } from "./_rewrite_writer.ts";
import { writeOnceWriter } from "./_write_once_writer.ts";
import { type WriteMode, writeModeFor } from "./write_mode.ts";
import { EMPTY, scanFrom } from "./boundary.ts";
import { latestPart, partKey } from "./part_keys.ts";
import { KnownIds } from "./_known_ids.ts";
import { DatasetPart } from "./_dataset_part.ts";
import { NotTakenError } from "./not_taken_error.ts";
import { Backoff, type RetryOptions } from "../../storage/kit/backoff.ts";

/** Options of {@linkcode DatasetLog}. */
export interface DatasetLogOptions {
  /** Whether the first record is a header, written with the first rows. @default {true} */
  readonly header?: boolean | undefined;
  /** The size in bytes at which a dataset that is rewritten goes on in a new part. @default {1 MiB} */
  readonly maxPartBytes?: number | undefined;
  /** Whether no other writer writes to this dataset. @default {false} */
  readonly isAlone?: boolean | undefined;
  /** The column that holds each sample's id, so that a sample counts once. @default {none} */
  readonly idColumn?: string | undefined;
  /**
   * Whether no two rows of any writers are equal, as with ids or fine timestamps. A refused write is
   * then looked for: `fetch` and proxies send requests again, and only the second copy's refusal
   * arrives.
   *
   * @default {false}
   */
  readonly uniqueRows?: boolean | undefined;
  /** How often a request without an answer is sent again. */
  readonly retry?: RetryOptions | undefined;
  /** Told, in a sentence, of repairs. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

interface Entry {
  readonly text: string;
  readonly id: string | undefined;
  readonly onKnown: (() => void) | undefined;
  readonly resolve: (total: number) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH_LENGTH = 512 * 1024; // UTF-16 units
const MAX_PART_BYTES = 1024 * 1024;
const BLOCKED_AFTER = 3; // conflicts over an object that is not there, such as a directory
const CROWDED_AFTER = 3; // conflicts after which writers make way for each other
const ROWS_BEFORE = "flagstone-rows-before";
const encoder: TextEncoder = new TextEncoder();

function mayPass(error: unknown): boolean {
  return isTransient(error) || hasCode(error, "Conflict");
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
  readonly writeMode: WriteMode;
  readonly #storage: StorageAdapter;
  readonly #hasHeader: boolean;
  readonly #maxPartBytes: number;
  readonly #ids: KnownIds | null;
  readonly #uniqueRows: boolean;
  readonly #retry: RetryOptions | undefined;
  readonly #onNotice: (notice: string) => void;
  #object: DatasetPart;
  #part = 1;
  #rowsBefore = 0;
  #columns: readonly string[] | null = null;
  #waiting: Entry[] = [];
  #running: Promise<void> | null = null;

  /**
   * Makes the log of a dataset that surely is not there yet, and touches nothing.
   *
   * @throws {StorageError} `Unsupported` where the adapter offers neither append nor swap, and the
   * log is not alone
   */
  constructor(storage: StorageAdapter, key: string, options: DatasetLogOptions = {}) {
    this.key = key;
    this.writeMode = writeModeFor(storage, options.isAlone ?? false);
    this.#storage = storage;
    this.#hasHeader = options.header ?? true;
    this.#maxPartBytes = options.maxPartBytes ?? MAX_PART_BYTES;
    this.#ids = options.idColumn === undefined ? null : new KnownIds(options.idColumn);
    this.#uniqueRows = options.uniqueRows ?? false;
    this.#retry = options.retry;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#object = this.#objectOf(1);
  }

  /** Opens a dataset, in one pass over it, and changes nothing; a missing one is an empty one. */
  static async open(
    storage: StorageAdapter,
    key: string,
    options: DatasetLogOptions = {},
  ): Promise<DatasetLog> {
    const log = new DatasetLog(storage, key, options);
    await new Backoff(log.#retry).repeat(mayPass, () => log.#locate());
    log.#columns = log.#object.first;
    return log;
  }

  /** How many rows there were when the store was last asked. */
  get rows(): number {
    const header = this.#hasHeader && this.#object.records > 0 ? 1 : 0;
    return this.#rowsBefore + this.#object.records - header;
  }

  /** Whether there was nothing when the store was last asked: the next rows may be any. */
  get isEmpty(): boolean {
    return this.#object.isEmpty;
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

  /** Makes a dataset that is empty, with its header and no row. */
  async make(): Promise<void> {
    await this.#publish([]);
  }

  /**
   * Adds a row; one whose id is there already is not added again.
   *
   * @param row The cells
   * @param onKnown Called where a row with its id was there
   * @returns How many rows there are now
   * @throws {NotTakenError} If the dataset has other columns by now; the row is not in it
   */
  append(row: readonly string[], onKnown?: () => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const id = this.#ids?.idIn(row, this.#columns);
      this.#waiting.push({ text: encodeRow(row), id, onKnown, resolve, reject });
      this.#running ??= this.#publishWaiting();
    });
  }

  async #publishWaiting(): Promise<void> {
    await Promise.resolve(); // rows of the same moment share the first request, too
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#publish(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // In one step with the look at what waits: a row that comes later starts anew.
    this.#running = null;
  }

  #takeBatch(): Entry[] {
    let length = 0;
    const full = this.#waiting.findIndex(({ text }) => (length += text.length) > MAX_BATCH_LENGTH);
    return this.#waiting.splice(0, full === -1 ? this.#waiting.length : Math.max(1, full));
  }

  /** Adds the batch exactly once, and resolves its entries with the number of rows. */
  async #publish(batch: readonly Entry[]): Promise<void> {
    const backoff = new Backoff(this.#retry);
    for (let conflicts = 0;; conflicts++) {
      await backoff.repeat(mayPass, () => this.#prepare());
      const fresh = this.#withoutKnown(batch);
      const before = this.rows;
      if (fresh.length === 0 && !this.#needsHeader) return this.#acknowledge(batch, fresh, before);
      const outcome = await this.#add(fresh, backoff);
      if (outcome === "landed") return this.#acknowledge(batch, fresh, before);
      if (this.#object.size === 0 && this.#part > 1) await this.#relocate(backoff);
      if (this.#object.size === 0 && conflicts >= BLOCKED_AFTER) {
        throw new NotTakenError(`"${this.key}" can neither be read nor made`, true);
      }
      if (conflicts >= CROWDED_AFTER && !await backoff.giveWay()) throw this.#crowdedOut();
    }
  }

  async #add(fresh: readonly Entry[], backoff: Backoff): Promise<"landed" | "refused"> {
    const header = this.#needsHeader ? encodeRow(this.#columns ?? []) : "";
    const lead = this.#object.lead + header;
    const bytes = encoder.encode(fresh.reduce((text, entry) => text + entry.text, lead));
    const records = fresh.length + (header === "" ? 0 : 1);
    try {
      return await this.#object.add(bytes, records, this.#columns, backoff);
    } catch (error) {
      // What was given up may still arrive, and must not replace what is written next.
      if (this.writeMode === "write-once") this.#object = this.#objectOf(++this.#part);
      throw error;
    }
  }

  #acknowledge(batch: readonly Entry[], fresh: readonly Entry[], before: number): void {
    fresh.forEach(({ id, resolve }, i) => {
      if (id !== undefined) this.#ids?.add(id);
      resolve(before + i + 1);
    });
    if (fresh.length === batch.length) return;
    // The others were there before, or stand twice in the batch.
    const added = new Set(fresh);
    for (const entry of batch) {
      if (added.has(entry)) continue;
      entry.onKnown?.();
      entry.resolve(before + fresh.length);
    }
  }

  /** The entries of a batch whose samples are not there yet, each id once. */
  #withoutKnown(batch: readonly Entry[]): readonly Entry[] {
    const ids = this.#ids;
    if (ids === null) return batch;
    const inBatch = new Set<string>();
    return batch.filter(({ id }) => {
      if (id === undefined) return true;
      if (ids.has(id) || inBatch.has(id)) return false;
      inBatch.add(id);
      return true;
    });
  }

  #crowdedOut(): StorageError {
    return new StorageError(`Cannot append to "${this.key}" as other writers are always first`, {
      code: "Unavailable",
      adapter: this.#storage.name,
      key: this.key,
      outcome: "not-applied",
    });
  }

  get #needsHeader(): boolean {
    return this.#hasHeader && this.#object.records === 0;
  }

  /** Makes sure that rows can be added where the file ends, and that they belong there. */
  async #prepare(): Promise<void> {
    this.#refuseOthers(); // of a file that is another's now not even the torn end is ours to mend
    await this.#object.closeRest();
    this.#refuseOthers();
    this.#roll();
  }

  #refuseOthers(): void {
    const { records, first } = this.#object;
    if (records === 0 || this.#columns === null) return;
    const fits = first !== null && first.length === this.#columns.length &&
      (!this.#hasHeader || first.every((cell, i) => cell === this.#columns![i]));
    if (!fits) throw new NotTakenError(`"${this.key}" has other columns by now`);
  }

  /**
   * Goes on in a new part where this one is full. Whether it is full depends on nothing but its size,
   * which every writer must know to add to it: so no row is added behind the next part's start.
   */
  #roll(): void {
    const header = this.#hasHeader ? 1 : 0;
    if (this.writeMode === "append" || this.#object.records <= header) return;
    // What is written once is full at once.
    if (this.writeMode === "rewrite" && this.#object.size < this.#maxPartBytes) return;
    this.#rowsBefore = this.rows;
    this.#ids?.nextPart();
    this.#object = this.#objectOf(++this.#part);
  }

  /** Looks again for the latest part, after the one that was it has gone. */
  #relocate(backoff: Backoff): Promise<void> {
    return backoff.repeat(mayPass, () => this.#locate());
  }

  /** Finds the dataset's latest part, and how many rows the parts before have. */
  async #locate(): Promise<void> {
    this.#part = this.writeMode === "append" ? 1 : await latestPart(this.#storage, this.key);
    this.#rowsBefore = await this.#rowsBeforePart();
    this.#object = this.#objectOf(this.#part);
    await this.#object.load();
  }

  async #rowsBeforePart(): Promise<number> {
    if (this.#part === 1) return 0;
    const info = await this.#storage.stat(partKey(this.key, this.#part));
    const kept = Number(info?.metadata?.[ROWS_BEFORE] ?? NaN);
    // Only to know the ids must the parts before be read again.
    return Number.isSafeInteger(kept) && this.#ids === null ? kept : await this.#readPartsBefore();
  }

  async #readPartsBefore(): Promise<number> {
    let rows = 0;
    for (let part = 1; part < this.#part; part++) {
      const result = await this.#storage.read(partKey(this.key, part));
      const onRecord = this.#ids === null
        ? undefined
        : (cells: readonly string[], index: number) => this.#ids?.see(cells, index);
      const found = result && await scanFrom(result.body, EMPTY, { onRecord });
      rows += Math.max(0, (found?.boundary.records ?? 0) - (this.#hasHeader ? 1 : 0));
      this.#ids?.nextPart();
    }
    return rows;
  }

  #objectOf(part: number): DatasetPart {
    const key = partKey(this.key, part);
    const ids = this.#ids;
    return new DatasetPart(this.#storage, key, this.#targetOf(key), {
      onNotice: this.#onNotice,
      uniqueRows: this.#uniqueRows,
      ...(ids === null
        ? {}
        : { onRecord: (cells, index) => ids.see(cells, index), onReset: () => ids.reset() }),
    });
  }

  #targetOf(key: string): PartWriter {
    switch (this.writeMode) {
      case "append":
        return appendWriter(this.#storage, key);
      case "rewrite":
        return rewriteWriter(this.#storage, key, { [ROWS_BEFORE]: String(this.#rowsBefore) });
      case "write-once":
        return writeOnceWriter(this.#storage, key);
    }
  }
}
