import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isTransient, StorageError } from "../storage/storage_error.ts";
import type { WriteMode } from "./log/write_mode.ts";
import { DatasetLog, type DatasetLogOptions } from "./log/dataset_log.ts";
import { type Field, headerFor, rowUnder } from "./fields.ts";
import type { FileNames } from "./file_names.ts";
import { newWriter, segmentKey } from "./log/part_keys.ts";
import { NotTakenError } from "./log/not_taken_error.ts";
import { Backoff } from "../storage/kit/backoff.ts";

const MOST_BLOCKED = 20; // names in a row that are there and are no files

/** Options of {@linkcode DatasetVersions}. */
export interface DatasetVersionsOptions extends DatasetLogOptions {
  /** Whether this writer adds its rows to files that no other writer writes to. @default {false} */
  readonly segments?: boolean | undefined;
  /** Done once before the store is first looked at; what it throws rejects the samples. */
  readonly beforeFirst?: (() => Promise<void>) | undefined;
  /** Told when a file is made or taken up, after its first row is in it. */
  readonly onFile?: ((key: string, made: boolean) => void) | undefined;
}

/**
 * Finds for each sample the file whose columns take it, above whichever adapter is in use.
 *
 * It stays with a file while that takes the samples; else it looks where the names tell it to, and
 * makes the next file. Two writers that race for a name settle it by create-if-absent: the loser
 * reads the winner's header, and goes on there or in the next file.
 */
export class DatasetVersions {
  readonly #storage: StorageAdapter;
  readonly #names: FileNames;
  readonly #options: DatasetVersionsOptions;
  readonly #blocked: Set<string> = new Set();
  readonly #announced: Set<DatasetLog> = new Set();
  #current: DatasetLog | null = null;
  #choosing: Promise<void> = Promise.resolve();

  /** Looks for files in a storage, by these names. */
  constructor(storage: StorageAdapter, names: FileNames, options: DatasetVersionsOptions = {}) {
    this.#storage = storage;
    this.#names = names;
    this.#options = options;
  }

  /** The key of the file that took the last sample; `null` before the first. */
  get file(): string | null {
    return this.#current?.key ?? null;
  }

  /** How rows reach the store; `null` before the first sample. */
  get writeMode(): WriteMode | null {
    return this.#current?.writeMode ?? null;
  }

  /**
   * Adds a sample to the file that takes it.
   *
   * @param fields The sample
   * @param onKnown Called where a sample with its id was there, so that this one is not added
   * @returns How many samples that file has now
   */
  async add(fields: readonly Field[], onKnown?: () => void): Promise<number> {
    while (true) {
      const log = this.#current;
      const row = log && this.#rowIn(log, fields);
      if (row === null) {
        await this.#choose(fields);
        continue;
      }
      const wasEmpty = log!.isEmpty;
      try {
        const total = await log!.append(row, onKnown);
        this.#announce(log!, wasEmpty);
        return total;
      } catch (error) {
        this.#release(log!, error);
      }
    }
  }

  /** The sample's row under a file's columns; `null` where they do not take it. */
  #rowIn(log: DatasetLog, fields: readonly Field[]): string[] | null {
    if (log.columns === null) return null;
    if (this.#options.header ?? true) return rowUnder(log.columns, fields);
    const row = fields.map(({ cell }) => cell ?? "");
    return row.length === log.columns.length ? row : null;
  }

  /** Makes the file that takes a sample the current one. One looks at a time. */
  #choose(fields: readonly Field[]): Promise<void> {
    const chosen = this.#choosing.then(async () => {
      if (this.#current !== null && this.#rowIn(this.#current, fields) !== null) return;
      await this.#options.beforeFirst?.();
      const log = await this.#find(fields);
      this.#current = this.#options.segments ? await this.#segmentOf(log) : log;
    });
    this.#choosing = chosen.catch(() => {});
    return chosen;
  }

  async #find(fields: readonly Field[]): Promise<DatasetLog> {
    const backoff = new Backoff(this.#options.retry);
    let key = await backoff.repeat(isTransient, () => this.#names.first());
    while (true) {
      const log = this.#blocked.has(key) ? null : await this.#open(key);
      if (log?.isEmpty) {
        log.claim(this.#columnsFor(fields));
        if (this.#rowIn(log, fields) === null) throw ambiguous(fields);
        return log;
      }
      if (log !== null && this.#rowIn(log, fields) !== null) return log;
      key = this.#names.next(key);
    }
  }

  /**
   * A file of this writer's own, beside the one whose header settles which version this is; `null`
   * where another writer was first with another header.
   */
  async #segmentOf(version: DatasetLog): Promise<DatasetLog | null> {
    try {
      if (version.isEmpty) await version.make();
    } catch (error) {
      this.#release(version, error);
      return null;
    }
    const key = segmentKey(version.key, newWriter());
    const log = new DatasetLog(this.#storage, key, { ...this.#options, isAlone: true });
    log.claim(version.columns ?? []);
    return log;
  }

  /** Lets go of a file that did not take a sample; throws what is another error. */
  #release(log: DatasetLog, error: unknown): void {
    if (!(error instanceof NotTakenError)) throw error;
    if (error.blocked) this.#block(log.key);
    if (this.#current === log) this.#current = null;
  }

  #block(key: string): void {
    this.#blocked.add(key);
    if (this.#blocked.size < MOST_BLOCKED) return;
    throw new StorageError(`Cannot log to ${JSON.stringify(key)} as nothing can be made there`, {
      code: "Misconfigured",
      adapter: this.#storage.name,
      key,
      outcome: "not-applied",
    });
  }

  #columnsFor(fields: readonly Field[]): string[] {
    return this.#options.header ?? true ? headerFor(fields) : fields.map(({ cell }) => cell ?? "");
  }

  async #open(key: string): Promise<DatasetLog | null> {
    try {
      const { segments } = this.#options;
      return await DatasetLog.open(this.#storage, key, { ...this.#options, isAlone: segments });
    } catch (error) {
      if (error instanceof NotTakenError) return null; // its header cannot be read
      throw error;
    }
  }

  #announce(log: DatasetLog, made: boolean): void {
    if (this.#announced.has(log)) return;
    this.#announced.add(log);
    this.#options.onFile?.(log.key, made);
  }
}

/** Two fields of one name, of which the sample has only the second, fit no header of their own. */
function ambiguous(fields: readonly Field[]): TypeError {
  const names = fields.map(({ column }) => JSON.stringify(column)).join(", ");
  return new TypeError(`Cannot log a sample as columns of one name cannot be told apart: ${names}`);
}
