import { encodeRow } from "../../csv/encode.ts";
import { isUnknown } from "../../storage/outcome.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import { appendWriter } from "./_append_writer.ts";
import type { PartWriter } from "./_part_writer.ts";
import { rewriteWriter } from "./_rewrite_writer.ts";
import { writeOnceWriter } from "./_write_once_writer.ts";
import { type WriteMode, writeModeFor } from "./write_mode.ts";
import { findParts, PART, partKey, type Parts, ROWS_BEFORE } from "./part_keys.ts";
import { crowdedOut, isRefused, mayPass } from "./_refusals.ts";
import { recordsIn } from "./_records_in.ts";
import type { KnownIds } from "./_known_ids.ts";
import { newBatch } from "./_batches.ts";
import { type Attempts, DatasetPart } from "./_dataset_part.ts";
import { NotTakenError } from "./not_taken_error.ts";
import { Backoff, type RetryOptions } from "../../storage/kit/backoff.ts";
import type { DatasetLogOptions } from "./dataset_log_options.ts";
import { PartNames } from "./_part_names.ts";

interface Entry {
  readonly text: string;
  readonly id: string | undefined;
  readonly onKnown: (() => void) | undefined;
  readonly resolve: (total: number) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH_LENGTH = 512 * 1024; // UTF-16 units
const MAX_PART_BYTES = 1024 * 1024;
const BLOCKED_AFTER = 3; // conflicts about a missing object: the key may be a directory's
const CROWDED_AFTER = 3; // conflicts after which a writer pauses so that others succeed
const PART_BYTES = "flagstone-part-bytes";
const encoder: TextEncoder = new TextEncoder();

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
  /** How rows reach the store. */
  readonly writeMode: WriteMode;
  #storage: StorageAdapter;
  #findIn: (key: string) => Promise<Parts> = (key) => findParts(this.#storage, key);
  readonly #names: PartNames;
  readonly #renew: DatasetLogOptions["renew"];
  /** Whether the answer to the last request was lost, so that it may yet arrive. */
  #isUnsettled = false;
  readonly #hasHeader: boolean;
  readonly #maxPartBytes: number;
  /** Whether a full part is followed by another one. */
  readonly #isDivided: boolean;
  #ids: KnownIds | undefined;
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
   * Creates the log of a dataset that does not exist yet, without a request and without ids.
   *
   * @throws {StorageError} `Unsupported` if the adapter supports neither append nor swap, and other
   * writers may write to the dataset
   */
  constructor(storage: StorageAdapter, key: string, options: DatasetLogOptions = {}) {
    this.#names = new PartNames(key);
    this.#renew = options.renew;
    this.writeMode = writeModeFor(storage, options.isAlone ?? false);
    this.#storage = storage;
    this.#hasHeader = options.header ?? true;
    // A part that is not full must have room for the next rows.
    const room = (storage.capabilities.maxObjectBytes ?? Infinity) / 2;
    this.#maxPartBytes = Math.min(options.maxPartBytes ?? MAX_PART_BYTES, room);
    this.#isDivided = this.writeMode !== "append" || room < Infinity;
    this.#uniqueRows = options.uniqueRows ?? false;
    this.#retry = options.retry;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#object = this.#objectOf(1);
  }

  /** Creates the log of a dataset that does not exist yet, without a request. */
  static async make(
    storage: StorageAdapter,
    key: string,
    options: DatasetLogOptions = {},
  ): Promise<DatasetLog> {
    const log = new DatasetLog(storage, key, options);
    const { idColumn: column } = options;
    if (column === undefined) return log;
    // Loaded only if a logger has ids, so that the others stay small.
    const { KnownIds } = await import("./_known_ids.ts");
    log.#ids = new KnownIds({
      column,
      recordsIn: (place) => recordsIn(log.#storage, log.#names.keyOf(place.part), place),
    });
    log.#object = log.#objectOf(1);
    return log;
  }

  /** Opens a dataset in one pass, without changing it. A missing dataset counts as empty. */
  static async open(
    storage: StorageAdapter,
    key: string,
    options: DatasetLogOptions = {},
  ): Promise<DatasetLog> {
    const log = await DatasetLog.make(storage, key, options);
    await new Backoff(log.#retry).repeat(mayPass, () => log.#locate());
    log.#columns = log.#object.first;
    return log;
  }

  /** The key of the dataset's first part, or of that of the writer's current segment. */
  get key(): string {
    return this.#names.key;
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
    const attempts: Attempts = { backoff, batch: this.#uniqueRows ? undefined : newBatch() };
    try {
      for (let conflicts = 0;; conflicts++) {
        await backoff.repeat(mayPass, async () => {
          // Not between two attempts, because the first one may have landed where it is looked for.
          if (conflicts === 0) await this.#beginSegment();
          await (this.#ids ? this.#findKnown(batch, this.#ids) : this.#findEnd(batch));
        });
        const fresh = this.#ids?.missing(batch) ?? batch;
        const before = this.rows;
        // Without a row, only create() writes a header.
        if (fresh.length === 0 && (batch.length > 0 || !this.#needsHeader)) {
          return this.#acknowledge(batch, fresh, before);
        }
        const start = this.#object.size;
        if (await this.#add(fresh, attempts)) {
          const { size: end } = this.#object;
          this.#ids?.add(fresh.map(({ id }) => id), { part: this.#part, start, end });
          return this.#acknowledge(batch, fresh, before);
        }
        if (this.#object.size === 0 && this.#part > 1) {
          await backoff.repeat(mayPass, () => this.#locate()); // the known part was deleted
        }
        if (this.#object.size === 0 && conflicts >= BLOCKED_AFTER) {
          throw new NotTakenError(`"${this.key}" can be neither read nor created`, true);
        }
        if (conflicts >= CROWDED_AFTER && !await backoff.giveWay()) {
          throw crowdedOut(this.#storage, this.key);
        }
      }
    } catch (error) {
      throw attempts.late ?? error; // not in another file: the late request may be accepted
    }
  }

  /** Returns whether the rows were added; if not, the object changed. */
  async #add(fresh: readonly Entry[], attempts: Attempts): Promise<boolean> {
    const header = this.#needsHeader ? encodeRow(this.#columns ?? []) : "";
    const lead = this.#object.lead + header;
    const bytes = encoder.encode(fresh.reduce((text, entry) => text + entry.text, lead));
    const records = fresh.length + (header === "" ? 0 : 1);
    try {
      const isAdded = await this.#object.add(bytes, records, this.#columns, attempts);
      this.#isUnsettled = false;
      return isAdded;
    } catch (error) {
      if (this.writeMode === "write-once") {
        const unanswered = { part: this.#part, bytes, samples: fresh };
        if (isUnknown(error)) this.#ids?.loseAnswer(unanswered);
        // The abandoned request may still arrive, and must not overwrite the next one.
        this.#object = this.#objectOf(++this.#part);
      } else this.#isUnsettled ||= isUnknown(error);
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

  get #needsHeader(): boolean {
    return this.#hasHeader && this.#object.records === 0;
  }

  /** Finds out which samples of a batch are stored, and prepares to add the others. */
  async #findKnown(batch: readonly Entry[], ids: KnownIds): Promise<void> {
    await this.#findEnd(batch);
    this.#rowsBefore += await ids.settle(batch, (part, bytes) => this.#sendAgain(part, bytes));
    if (await ids.areInPlace(batch)) return;
    // A user or a rule changed the files: rows may be elsewhere, or gone.
    await this.#locate();
    await this.#findEnd(batch);
  }

  /** Ensures that a part which is written once is stored; returns false if it must not be any more. */
  async #sendAgain(part: number, bytes: Uint8Array): Promise<boolean> {
    const key = this.#names.keyOf(part);
    // Readers do not look into a closed segment again.
    if (this.#renew?.(key, true) !== undefined) return await this.#storage.stat(key) !== null;
    await this.#writerFor(part, 0).add({}, bytes, 0);
    return true;
  }

  /**
   * Continues in a new segment if the time of the current one is over. That one is not repaired, but
   * read again if a request may have landed there: its rows count, and their ids are known.
   */
  async #beginSegment(): Promise<void> {
    const key = this.#renew?.(this.key, this.#isUnsettled);
    if (key === undefined) return;
    if (this.#isUnsettled) await this.#object.load();
    this.#isUnsettled = false;
    this.#names.begin(key, this.#part + 1);
    this.#beginPart();
  }

  #beginPart(): void {
    this.#rowsBefore = this.rows;
    this.#object = this.#objectOf(++this.#part);
  }

  /** Ensures that the rows fit the file's columns and can be added at its end. */
  async #findEnd(batch: readonly Entry[]): Promise<void> {
    if (this.#object.isOther) {
      if (this.#part === 1) throw this.#otherDataset();
      this.#object = this.#objectOf(++this.#part);
    }
    this.#refuseOthers(); // a torn end is not repaired if the file's columns changed
    await this.#object.closeRest(batch[0]?.text);
    if (await this.#followOthers()) return await this.#findEnd(batch);
    this.#refuseOthers();
    this.#roll();
  }

  /**
   * Looks for the latest part again if others changed the known one: a part from which rows were removed
   * is not full any more, although others continued in the next one. Returns whether it looked.
   */
  async #followOthers(): Promise<boolean> {
    const object = this.#object;
    const next = this.#names.keyOf(this.#part + 1);
    const isLeft = this.#isDivided && object.change !== undefined &&
      (object.change === "replaced" || this.#ids && await this.#storage.stat(next) !== null);
    if (isLeft) await this.#locate();
    object.change = undefined; // only now, because looking can fail
    return isLeft ?? false;
  }

  #otherDataset(): NotTakenError {
    return new NotTakenError(`"${this.key}" is a part of another dataset`);
  }

  #refuseOthers(): void {
    const { records, first } = this.#object;
    if (records === 0 || this.#columns === null) return;
    const fits = first !== null && first.length === this.#columns.length &&
      (!this.#hasHeader || first.every((cell, i) => cell === this.#columns![i]));
    if (!fits) throw new NotTakenError(`"${this.key}" has other columns by now`);
  }

  /**
   * Continues in a new part if this one is full. That depends only on its size and on its metadata,
   * which every writer must know to add to it: so no writer adds to a part after another one started
   * the next, even if their options differ.
   */
  #roll(): void {
    const header = this.#hasHeader ? 1 : 0;
    if (!this.#isDivided || this.#object.records <= header || this.#object.isTorn) return;
    // A part that is written once is full after its first write.
    const maxBytes = Number(this.#object.metadata?.[PART_BYTES] ?? this.#maxPartBytes);
    if (this.writeMode !== "write-once" && this.#object.size < maxBytes) return;
    this.#beginPart();
  }

  /** Finds the dataset's latest part, counts the rows of the earlier ones, and reads all ids. */
  async #locate(): Promise<void> {
    const ids = this.#ids?.again(); // reading can fail: the old ids stay
    const first = this.#objectOf(1, 0, ids);
    // The first part is read beside the listing, because it is mostly the only one.
    const [listed, loaded] = await Promise.allSettled([
      this.#isDivided || this.#renew ? this.#names.find(this.#findIn) : { numbers: [], latest: 1 },
      first.load(),
    ]);
    if (listed.status === "rejected") {
      if (!isRefused(listed.reason)) throw listed.reason;
      await this.#doWithoutListing();
      return await this.#locate();
    }
    const parts = listed.value;
    // A name that is written once is never used again.
    const part = this.writeMode === "write-once"
      ? Math.max(parts.latest, this.#part)
      : parts.latest;
    const rowsBefore = await this.#rowsBeforePart(part, parts, ids);
    const object = part === 1 ? first : this.#objectOf(part, rowsBefore, ids);
    if (part > 1) await object.load();
    else if (loaded.status === "rejected") throw loaded.reason;
    if (object.isOther) throw this.#otherDataset();
    this.#part = part;
    this.#ids = ids;
    this.#rowsBefore = rowsBefore;
    this.#object = object;
  }

  /** A dataset with a fixed name needs no right to list, only more requests. */
  async #doWithoutListing(): Promise<void> {
    const { findPartsOneByOne, refusedAsMissing } = await import("./_without_listing.ts");
    this.#storage = refusedAsMissing(this.#storage, isRefused);
    this.#findIn = (key) => findPartsOneByOne(this.#storage, (part) => partKey(key, part));
  }

  async #rowsBeforePart(
    part: number,
    { numbers, metadata }: Parts,
    ids: KnownIds | undefined,
  ): Promise<number> {
    const kept = Number(metadata?.[ROWS_BEFORE] ?? NaN);
    const isKept = Number.isSafeInteger(kept);
    if (isKept && ids === undefined) return kept;
    let rows = 0;
    // If their number is known, the earlier parts are read again only for their ids.
    for (const earlier of numbers.filter((number) => number < part)) {
      const object = this.#objectOf(earlier, 0, ids);
      await object.load();
      if (object.isOther) ids?.forget(earlier);
      else rows += Math.max(0, object.records - (this.#hasHeader ? 1 : 0));
    }
    return isKept ? kept : rows;
  }

  #objectOf(part: number, rowsBefore = this.#rowsBefore, ids = this.#ids): DatasetPart {
    const key = this.#names.keyOf(part);
    return new DatasetPart(this.#storage, key, this.#writerFor(part, rowsBefore), {
      onNotice: this.#onNotice,
      part,
      number: this.#names.numberOf(part),
      ids,
      hasHeader: this.#hasHeader,
    });
  }

  #writerFor(part: number, rowsBefore: number): PartWriter {
    const key = this.#names.keyOf(part);
    switch (this.writeMode) {
      case "append":
        return appendWriter(this.#storage, key);
      case "rewrite":
        return rewriteWriter(this.#storage, key, {
          [ROWS_BEFORE]: String(rowsBefore),
          [PART]: String(this.#names.numberOf(part)),
          [PART_BYTES]: String(this.#maxPartBytes),
        });
      case "write-once":
        return writeOnceWriter(this.#storage, key);
    }
  }
}
