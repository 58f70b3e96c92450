import { concat } from "@std/bytes/concat";
import { encodeRow } from "../../csv/encode.ts";
import { RecordSplitter } from "../../csv/record_splitter.ts";
import { isUnknown } from "../../storage/outcome.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode, isTransient, StorageError } from "../../storage/storage_error.ts";
import { appendWriter } from "./_append_writer.ts";
import type { PartWriter } from "./_part_writer.ts";
import { rewriteWriter } from "./_rewrite_writer.ts";
import { writeOnceWriter } from "./_write_once_writer.ts";
import { type WriteMode, writeModeFor } from "./write_mode.ts";
import { latestPart, partKey } from "./part_keys.ts";
import { idOf, KnownIds, type Place } from "./_known_ids.ts";
import { DatasetPart, type Refusal } from "./_dataset_part.ts";
import { NotTakenError } from "./not_taken_error.ts";
import { Backoff, type RetryOptions } from "../../storage/kit/backoff.ts";

/** Options of {@linkcode DatasetLog}. */
export interface DatasetLogOptions {
  /** Whether the first record is a header, which is written with the first rows. @default {true} */
  readonly header?: boolean | undefined;
  /** The size in bytes at which a rewritten dataset continues in a new part. @default {1 MiB} */
  readonly maxPartBytes?: number | undefined;
  /** Whether this is the only writer of the dataset. @default {false} */
  readonly isAlone?: boolean | undefined;
  /** The column of the samples' ids; a sample whose id is stored is not added again. @default {none} */
  readonly idColumn?: string | undefined;
  /**
   * Whether all rows of all writers differ, for example by ids or fine timestamps. The log then
   * looks for its own bytes after every refusal: `fetch` and proxies replay requests, and the caller
   * receives only the refusal of the second copy.
   *
   * @default {false}
   */
  readonly uniqueRows?: boolean | undefined;
  /** How often and how long failed requests are repeated. */
  readonly retry?: RetryOptions | undefined;
  /** Called with a one-sentence notice after each repair. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

interface Entry {
  readonly text: string;
  readonly id: string | undefined;
  readonly onKnown: (() => void) | undefined;
  readonly resolve: (total: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows with ids whose answer was lost. */
interface Unanswered {
  readonly part: number;
  readonly bytes: Uint8Array;
  readonly ids: readonly string[];
}

const LF = Uint8Array.of(0x0a);
const MAX_BATCH_LENGTH = 512 * 1024; // UTF-16 units
const MAX_PART_BYTES = 1024 * 1024;
const BLOCKED_AFTER = 3; // conflicts about a missing object: the key may be a directory's
const CROWDED_AFTER = 3; // conflicts after which a writer pauses so that others succeed
const ROWS_BEFORE = "flagstone-rows-before";
const encoder: TextEncoder = new TextEncoder();

function idsOf(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ id = [] }) => id);
}

function mayPass(error: unknown): boolean {
  return isTransient(error) || hasCode(error, "Conflict");
}

/**
 * Adds rows to the end of one dataset: exactly once, whole, in groups.
 *
 * - One request is in flight at a time; all waiting rows share the next one.
 * - A row is acknowledged when the store holds it. A rejected row is not stored, unless its error has
 *   the outcome `"unknown"`: then it is stored zero or one times.
 * - The header is written together with the first rows.
 * - A torn row of another writer is set aside: rows are never joined to it, and it is never dropped.
 */
export class DatasetLog {
  /** The key of the dataset's first part. */
  readonly key: string;
  /** How rows reach the store. */
  readonly writeMode: WriteMode;
  readonly #storage: StorageAdapter;
  readonly #hasHeader: boolean;
  readonly #maxPartBytes: number;
  /** Whether a full part is followed by another one. */
  readonly #isDivided: boolean;
  #ids: KnownIds | undefined;
  /** The groups of ids that may not be stored, of parts that are written once. */
  readonly #unanswered: Map<string, Unanswered> = new Map();
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
   * Creates the log of a dataset that does not exist yet, without a request.
   *
   * @throws {StorageError} `Unsupported` if the adapter supports neither append nor swap, and other
   * writers may write to the dataset
   */
  constructor(storage: StorageAdapter, key: string, options: DatasetLogOptions = {}) {
    this.key = key;
    this.writeMode = writeModeFor(storage, options.isAlone ?? false);
    this.#storage = storage;
    this.#hasHeader = options.header ?? true;
    // A part that is not full must have room for the next rows.
    const room = (storage.capabilities.maxObjectBytes ?? Infinity) / 2;
    this.#maxPartBytes = Math.min(options.maxPartBytes ?? MAX_PART_BYTES, room);
    this.#isDivided = this.writeMode !== "append" || room < Infinity;
    if (options.idColumn !== undefined) this.#ids = new KnownIds(options.idColumn);
    this.#uniqueRows = options.uniqueRows ?? false;
    this.#retry = options.retry;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#object = this.#objectOf(1);
  }

  /** Opens a dataset in one pass, without changing it. A missing dataset counts as empty. */
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

  /** The number of rows at the last request. */
  get rows(): number {
    const header = this.#hasHeader && this.#object.records > 0 ? 1 : 0;
    return this.#rowsBefore + this.#object.records - header;
  }

  /** Whether the dataset was empty at the last request, so that it accepts any columns. */
  get isEmpty(): boolean {
    return this.#object.isEmpty;
  }

  /**
   * The header, or the first row of a dataset without a header. `null` if the dataset is empty, or
   * its first record cannot be read.
   */
  get columns(): readonly string[] | null {
    return this.#columns;
  }

  /** Sets the columns of an empty dataset. */
  claim(columns: readonly string[]): void {
    this.#columns = columns;
  }

  /** Creates the dataset with its header and without rows. */
  async create(): Promise<void> {
    await this.#publish([]);
  }

  /**
   * Adds a row, unless the dataset has a row with its id.
   *
   * @param row The cells
   * @param onKnown Called if the dataset has a row with its id
   * @returns The number of rows in the dataset
   * @throws {NotTakenError} If the columns of the dataset changed; the row is not stored
   */
  append(row: readonly string[], onKnown?: () => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const id = this.#ids?.idIn(row, this.#columns);
      this.#waiting.push({ text: encodeRow(row), id, onKnown, resolve, reject });
      this.#running ??= this.#publishWaiting();
    });
  }

  async #publishWaiting(): Promise<void> {
    await Promise.resolve(); // rows added in the same microtask share the first request
    while (this.#waiting.length > 0) {
      await this.#publishOrReject(this.#takeBatch());
    }
    // Synchronous with the check of the queue, so that a later row starts a new run.
    this.#running = null;
  }

  /** Divides a batch that is too large, so that only the row which is too large by itself rejects. */
  async #publishOrReject(batch: readonly Entry[]): Promise<void> {
    try {
      await this.#publish(batch);
    } catch (error) {
      if (batch.length === 1 || !hasCode(error, "TooLarge")) {
        return batch.forEach(({ reject }) => reject(error));
      }
      const half = batch.length >> 1;
      await this.#publishOrReject(batch.slice(0, half));
      await this.#publishOrReject(batch.slice(half));
    }
  }

  #takeBatch(): Entry[] {
    let length = 0;
    const full = this.#waiting.findIndex(({ text }) => (length += text.length) > MAX_BATCH_LENGTH);
    return this.#waiting.splice(0, full === -1 ? this.#waiting.length : Math.max(1, full));
  }

  /** Adds the batch exactly once and resolves its entries with the number of rows. */
  async #publish(batch: readonly Entry[]): Promise<void> {
    const backoff = new Backoff(this.#retry);
    let late: StorageError | undefined;
    try {
      for (let conflicts = 0;; conflicts++) {
        await backoff.repeat(mayPass, () => this.#ids ? this.#prepareFor(batch) : this.#prepare());
        const fresh = this.#withoutKnown(batch);
        const before = this.rows;
        // Without a row, only create() writes a header.
        if (fresh.length === 0 && (batch.length > 0 || !this.#needsHeader)) {
          return this.#acknowledge(batch, fresh, before);
        }
        const start = this.#object.size;
        const refusal = await this.#add(fresh, backoff);
        if (refusal === null) {
          this.#ids?.add(idsOf(fresh), { part: this.#part, start, end: this.#object.size });
          return this.#acknowledge(batch, fresh, before);
        }
        late ??= refusal.late;
        if (this.#object.size === 0 && this.#part > 1) await this.#relocate(backoff);
        if (this.#object.size === 0 && conflicts >= BLOCKED_AFTER) {
          throw new NotTakenError(`"${this.key}" can be neither read nor created`, true);
        }
        if (conflicts >= CROWDED_AFTER && !await backoff.giveWay()) throw this.#crowdedOut();
      }
    } catch (error) {
      throw late ?? error; // not in another file: the late request may still be accepted
    }
  }

  async #add(fresh: readonly Entry[], backoff: Backoff): Promise<Refusal | null> {
    const header = this.#needsHeader ? encodeRow(this.#columns ?? []) : "";
    const lead = this.#object.lead + header;
    const bytes = encoder.encode(fresh.reduce((text, entry) => text + entry.text, lead));
    const records = fresh.length + (header === "" ? 0 : 1);
    try {
      return await this.#object.add(bytes, records, this.#columns, backoff);
    } catch (error) {
      if (this.writeMode === "write-once") {
        const ids = idsOf(fresh);
        const group = { part: this.#part, bytes, ids };
        if (isUnknown(error)) { for (const id of ids) this.#unanswered.set(id, group); }
        // The abandoned request may still arrive, and must not overwrite the next one.
        this.#object = this.#objectOf(++this.#part);
      }
      throw error;
    }
  }

  #acknowledge(batch: readonly Entry[], fresh: readonly Entry[], before: number): void {
    fresh.forEach(({ resolve }, i) => resolve(before + i + 1));
    if (fresh.length === batch.length) return;
    // The other entries were stored before, or are duplicates within the batch.
    const added = new Set(fresh);
    for (const entry of batch) {
      if (added.has(entry)) continue;
      entry.onKnown?.();
      entry.resolve(before + fresh.length);
    }
  }

  /** The entries of a batch whose samples are not stored yet, without duplicate ids. */
  #withoutKnown(batch: readonly Entry[]): readonly Entry[] {
    const ids = this.#ids;
    if (ids === undefined) return batch;
    const inBatch = new Set<string>();
    return batch.filter(({ id }) => {
      if (id === undefined) return true;
      if (ids.placeOf(id) !== undefined || inBatch.has(id)) return false;
      inBatch.add(id);
      return true;
    });
  }

  #crowdedOut(): StorageError {
    return new StorageError(
      `Cannot append to "${this.key}": other writers were always first; flag again later`,
      {
        code: "Unavailable",
        adapter: this.#storage.name,
        key: this.key,
        outcome: "not-applied",
      },
    );
  }

  get #needsHeader(): boolean {
    return this.#hasHeader && this.#object.records === 0;
  }

  /** Ensures that the rows fit the file's columns and can be added at its end. */
  async #prepare(): Promise<void> {
    this.#refuseOthers(); // a torn end is not repaired if the file's columns changed
    await this.#object.closeRest();
    this.#refuseOthers();
    this.#roll();
  }

  /** Prepares to add a batch with ids: finds out which of its samples are stored. */
  async #prepareFor(batch: readonly Entry[]): Promise<void> {
    await this.#prepare();
    const places = new Map<Place, string[]>();
    for (const id of idsOf(batch)) {
      await this.#sendAgain(this.#unanswered.get(id));
      const place = this.#ids?.placeOf(id);
      if (place !== undefined) places.set(place, [...places.get(place) ?? [], id]);
    }
    for (const [place, ids] of places) {
      const stored = await this.#idsIn(place);
      if (ids.every((id) => stored.has(id))) continue;
      // A user or a rule changed the files: rows may be elsewhere, or gone.
      await this.#locate();
      return await this.#prepare();
    }
  }

  /** Reads the ids in a place. */
  async #idsIn({ part, start, end }: Place): Promise<Set<string | undefined>> {
    try {
      const range = { start, end };
      const result = await this.#storage.read(partKey(this.key, part), { range });
      if (result === null) return new Set();
      const records = new RecordSplitter().push(
        concat([...await Array.fromAsync(result.body), LF]),
      );
      return new Set(result.end < end ? [] : records.map(idOf));
    } catch (error) {
      if (hasCode(error, "RangeNotSatisfiable")) return new Set();
      throw error;
    }
  }

  /** Sends a group whose answer was lost once more, so that its ids are known for sure. */
  async #sendAgain(group: Unanswered | undefined): Promise<void> {
    if (group === undefined) return;
    const { part, bytes, ids } = group;
    await this.#writerFor(partKey(this.key, part), 0).add({}, bytes, 0);
    this.#ids?.add(ids, { part, start: 0, end: bytes.length });
    this.#rowsBefore += ids.length;
    for (const id of ids) this.#unanswered.delete(id);
  }

  #refuseOthers(): void {
    const { records, first } = this.#object;
    if (records === 0 || this.#columns === null) return;
    const fits = first !== null && first.length === this.#columns.length &&
      (!this.#hasHeader || first.every((cell, i) => cell === this.#columns![i]));
    if (!fits) throw new NotTakenError(`"${this.key}" has other columns by now`);
  }

  /**
   * Continues in a new part if this one is full. That depends only on its size, which every writer
   * must know to add to it: so no writer adds to a part after another one started the next.
   */
  #roll(): void {
    const header = this.#hasHeader ? 1 : 0;
    if (!this.#isDivided || this.#object.records <= header) return;
    // A part that is written once is full after its first write.
    if (this.writeMode !== "write-once" && this.#object.size < this.#maxPartBytes) return;
    this.#rowsBefore = this.rows;
    this.#object = this.#objectOf(++this.#part);
  }

  /** Looks for the latest part again, after the known one was deleted. */
  #relocate(backoff: Backoff): Promise<void> {
    return backoff.repeat(mayPass, () => this.#locate());
  }

  /** Finds the dataset's latest part, counts the rows of the earlier ones, and reads all ids. */
  async #locate(): Promise<void> {
    const found = this.#isDivided ? await latestPart(this.#storage, this.key) : 1;
    // A name that is written once is never used again.
    const part = this.writeMode === "write-once" ? Math.max(found, this.#part) : found;
    const ids = this.#ids && new KnownIds(this.#ids.column); // reading can fail: the old ids stay
    const rowsBefore = await this.#rowsBeforePart(part, ids);
    const object = this.#objectOf(part, rowsBefore, ids);
    await object.load();
    this.#part = part;
    this.#ids = ids;
    this.#rowsBefore = rowsBefore;
    this.#object = object;
  }

  async #rowsBeforePart(part: number, ids: KnownIds | undefined): Promise<number> {
    if (part === 1) return 0;
    const info = await this.#storage.stat(partKey(this.key, part));
    const kept = Number(info?.metadata?.[ROWS_BEFORE] ?? NaN);
    const isKept = Number.isSafeInteger(kept);
    if (isKept && ids === undefined) return kept;
    // The earlier parts are read again only for their ids.
    const read = await this.#readPartsBefore(part, ids);
    return isKept ? kept : read;
  }

  async #readPartsBefore(latest: number, ids: KnownIds | undefined): Promise<number> {
    let rows = 0;
    for (let part = 1; part < latest; part++) {
      const object = this.#objectOf(part, 0, ids);
      await object.load();
      rows += Math.max(0, object.records - (this.#hasHeader ? 1 : 0));
    }
    return rows;
  }

  #objectOf(part: number, rowsBefore = this.#rowsBefore, ids = this.#ids): DatasetPart {
    const key = partKey(this.key, part);
    return new DatasetPart(this.#storage, key, this.#writerFor(key, rowsBefore), {
      onNotice: this.#onNotice,
      uniqueRows: this.#uniqueRows,
      part,
      ids,
    });
  }

  #writerFor(key: string, rowsBefore: number): PartWriter {
    switch (this.writeMode) {
      case "append":
        return appendWriter(this.#storage, key);
      case "rewrite":
        return rewriteWriter(this.#storage, key, { [ROWS_BEFORE]: String(rowsBefore) });
      case "write-once":
        return writeOnceWriter(this.#storage, key);
    }
  }
}
