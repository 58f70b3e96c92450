import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isTransient, StorageError } from "../storage/storage_error.ts";
import type { WriteMode } from "./log/write_mode.ts";
import { DatasetLog } from "./log/dataset_log.ts";
import type { DatasetLogOptions } from "./log/dataset_log_options.ts";
import { arranged, type Field, headerFor, optionalIn, rowUnder } from "./fields.ts";
import type { FileNames } from "./file_names.ts";
import { newWriter, segmentKey, segmentStart } from "./log/part_keys.ts";
import { NotTakenError } from "./log/not_taken_error.ts";
import { Backoff } from "../storage/kit/backoff.ts";

const MOST_BLOCKED = 20; // consecutive names at which no file can be created

/** The time after which a writer begins a new segment. */
const SEGMENT_MS = 24 * 3_600_000;
/** The same if it waits for a lost request. A segment is closed for good after 48 hours. */
const UNSETTLED_SEGMENT_MS = 36 * 3_600_000;

/** Options of {@linkcode DatasetVersions}. */
export interface DatasetVersionsOptions extends Omit<DatasetLogOptions, "renew"> {
  /** Whether this writer adds its rows to files that it shares with no other. @default {false} */
  readonly segments?: boolean | undefined;
  /** Returns the milliseconds since 1970, by which segments are named. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /** Called before the first row is written. If it throws, the samples are rejected. */
  readonly beforeFirst?: (() => Promise<void>) | undefined;
  /** Called after the first row is added to a file, which was created for it or existed before. */
  readonly onFile?: ((key: string, made: boolean) => void) | undefined;
}

/**
 * Finds the file whose columns fit a sample, on any adapter.
 *
 * Keeps using a file as long as it fits the samples. Otherwise it tries the files in the order of
 * their names, and creates the next one. If two writers race for a name, create-if-absent decides:
 * the loser reads the winner's header and continues in that file or in the next one.
 */
export class DatasetVersions {
  readonly #storage: StorageAdapter;
  readonly #names: FileNames;
  readonly #options: DatasetVersionsOptions;
  readonly #blocked: Set<string> = new Set();
  readonly #announced: Set<string> = new Set();
  /** The optional columns that samples needed or earlier files have, in their order. */
  readonly #optional: string[] = [];
  #current: DatasetLog | null = null;
  /** The creation of a version's file, which goes on beside the first rows of a segment. */
  #creating: Promise<void> | null = null;
  #choosing: Promise<void> = Promise.resolve();

  /** Looks for files with these names in a storage. */
  constructor(storage: StorageAdapter, names: FileNames, options: DatasetVersionsOptions = {}) {
    this.#storage = storage;
    this.#names = names;
    this.#options = options;
  }

  /** The key of the file that received the last sample; `null` before the first sample. */
  get file(): string | null {
    return this.#current?.key ?? null;
  }

  /** How rows reach the store; `null` before the first sample. */
  get writeMode(): WriteMode | null {
    return this.#current?.writeMode ?? null;
  }

  /**
   * Adds a sample to the file whose columns fit it.
   *
   * @param fields The sample
   * @param onKnown Called if the file has a sample with its id, so that this one is not added
   * @returns The number of samples in that file
   */
  async add(fields: readonly Field[], onKnown?: () => void): Promise<number> {
    while (true) {
      const log = this.#current;
      const row = log && this.#rowIn(log, fields);
      if (row === null) {
        await this.#choose(fields);
        continue;
      }
      const { key, isEmpty } = log!;
      try {
        const total = await log!.append(row, onKnown);
        if (this.#creating !== null) await this.#creating;
        this.#announce(log!.key, isEmpty || log!.key !== key);
        return total;
      } catch (error) {
        this.#release(log!, error);
      }
    }
  }

  /** The sample's row under a file's columns; `null` if they do not fit it. */
  #rowIn(log: DatasetLog, fields: readonly Field[]): string[] | null {
    if (log.columns === null) return null;
    if (this.#options.header ?? true) {
      return rowUnder(log.columns, fields) ??
        rowUnder(log.columns, arranged(fields, this.#optional));
    }
    const row = fields.map(({ cell }) => cell ?? "");
    return row.length === log.columns.length ? row : null;
  }

  /** Selects the file for a sample as the current one. One search runs at a time. */
  #choose(fields: readonly Field[]): Promise<void> {
    const chosen = this.#choosing.then(async () => {
      if (this.#current !== null && this.#rowIn(this.#current, fields) !== null) return;
      this.#learn(fields, this.#current);
      const log = await this.#findAndCheck(fields);
      this.#current = this.#options.segments ? await this.#segmentOf(log) : log;
    });
    this.#choosing = chosen.catch(() => {});
    return chosen;
  }

  /** Finds the file beside the check of the store, which comes before the first write. */
  async #findAndCheck(fields: readonly Field[]): Promise<DatasetLog> {
    const [checked, found] = await Promise.allSettled([
      this.#options.beforeFirst?.(),
      this.#find(fields),
    ]);
    if (checked.status === "rejected") throw checked.reason;
    if (found.status === "rejected") throw found.reason;
    return found.value;
  }

  async #find(fields: readonly Field[]): Promise<DatasetLog> {
    let [key, log] = await this.#openFirst();
    while (true) {
      if (log?.isEmpty) {
        log.claim(this.#columnsFor(fields));
        if (this.#rowIn(log, fields) === null) throw ambiguous(fields);
        return log;
      }
      this.#learn(fields, log);
      if (log !== null && this.#rowIn(log, fields) !== null && !this.#isForeign(log)) return log;
      key = this.#names.next(key);
      log = await this.#open(key);
    }
  }

  /** Opens the file to try first; if each request takes long, the likely one beside the listing. */
  async #openFirst(): Promise<[key: string, log: DatasetLog | null]> {
    const { likely } = this.#names;
    const isRemote = this.#storage.capabilities.append === "none";
    const [first, opened] = await Promise.allSettled([
      new Backoff(this.#options.retry).repeat(isTransient, () => this.#names.first()),
      isRemote ? this.#open(likely) : null,
    ]);
    if (first.status === "rejected") throw first.reason;
    const key = first.value;
    if (!isRemote || key !== likely) return [key, await this.#open(key)];
    if (opened.status === "rejected") throw opened.reason;
    return [key, opened.value];
  }

  /** Whether a file has a header, and must not take rows without one, even of the same length. */
  #isForeign({ columns }: DatasetLog): boolean {
    return this.#options.header === false && columns?.at(-1) === "timestamp";
  }

  /**
   * Learns the optional columns that a sample needs or a file has. New files have all of them, so that
   * samples which need them in turns do not create a file each.
   */
  #learn(fields: readonly Field[], log: DatasetLog | null): void {
    const there = optionalIn(log?.columns ?? [], fields);
    let at = 0;
    for (const { column, cell, optional } of fields) {
      if (!optional) continue;
      const known = this.#optional.indexOf(column, at);
      if (known >= 0) at = known + 1;
      else if (!this.#optional.includes(column) && (cell !== undefined || there.includes(column))) {
        this.#optional.splice(at++, 0, column);
      }
    }
  }

  /**
   * Opens this writer's segment of a version, whose file holds the header. If another writer creates
   * that file with a different header meanwhile, the rows of the segment are under their own; the next
   * ones go to another version.
   */
  async #segmentOf(version: DatasetLog): Promise<DatasetLog> {
    const now = this.#options.now ?? Date.now;
    const key = segmentKey(version.key, newWriter(now()));
    const renew = (old: string, isUnsettled: boolean): string | undefined => {
      const age = Math.abs(now() - segmentStart(old)!); // the clock may be set back
      if (age < (isUnsettled ? UNSETTLED_SEGMENT_MS : SEGMENT_MS)) return undefined;
      return segmentKey(version.key, newWriter(now()));
    };
    const options = { ...this.#options, isAlone: true, renew };
    const log = await DatasetLog.make(this.#storage, key, options);
    log.claim(version.columns ?? []);
    if (version.isEmpty) this.#creating = this.#create(version, log);
    return log;
  }

  /** Creates the file of a version. Rows can be read without it, so that its failure rejects none. */
  async #create(version: DatasetLog, segment: DatasetLog): Promise<void> {
    try {
      await version.create();
    } catch {
      if (this.#current === segment) this.#current = null;
    }
    this.#creating = null;
  }

  /** Stops using a file that did not accept a sample. Rethrows any other error. */
  #release(log: DatasetLog, error: unknown): void {
    if (!(error instanceof NotTakenError)) throw error;
    if (error.blocked) this.#block(log.key);
    if (this.#current === log) this.#current = null;
  }

  #block(key: string): void {
    this.#blocked.add(key);
    if (this.#blocked.size < MOST_BLOCKED) return;
    throw new StorageError(
      `Cannot log to ${JSON.stringify(key)}: no file can be created there; use another directory`,
      {
        code: "Misconfigured",
        adapter: this.#storage.name,
        key,
        outcome: "not-applied",
      },
    );
  }

  #columnsFor(fields: readonly Field[]): string[] {
    return this.#options.header ?? true
      ? headerFor(fields, this.#optional)
      : fields.map(({ cell }) => cell ?? "");
  }

  async #open(key: string): Promise<DatasetLog | null> {
    if (this.#blocked.has(key)) return null;
    try {
      const { segments } = this.#options;
      return await DatasetLog.open(this.#storage, key, { ...this.#options, isAlone: segments });
    } catch (error) {
      if (error instanceof NotTakenError) return null; // the header cannot be read
      throw error;
    }
  }

  #announce(key: string, made: boolean): void {
    if (this.#announced.has(key)) return;
    this.#announced.add(key);
    this.#options.onFile?.(key, made);
  }
}

/** The error for two fields with one name if the sample has only the second: no header fits it. */
function ambiguous(fields: readonly Field[]): TypeError {
  const names = fields.map(({ column }) => JSON.stringify(column)).join(", ");
  return new TypeError(`Cannot log the sample: two columns have one name; rename one of ${names}`);
}
