import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { DatasetLog, type DatasetLogOptions, NotTakenError } from "./dataset_log.ts";
import { type Field, headerFor, rowUnder } from "./fields.ts";
import type { FileNames } from "./file_name.ts";

/** Options of {@linkcode DatasetVersions}. */
export interface DatasetVersionsOptions extends DatasetLogOptions {
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

  /**
   * Adds a sample to the file that takes it.
   *
   * @returns How many samples that file has now
   */
  async add(fields: readonly Field[]): Promise<number> {
    while (true) {
      const log = this.#current;
      const row = log && this.#rowIn(log, fields);
      if (row === null) {
        await this.#choose(fields);
        continue;
      }
      const wasEmpty = log!.isEmpty;
      try {
        const total = await log!.append(row);
        this.#announce(log!, wasEmpty);
        return total;
      } catch (error) {
        if (!(error instanceof NotTakenError)) throw error;
        if (error.blocked) this.#blocked.add(log!.key);
        if (this.#current === log) this.#current = null;
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
      this.#current = await this.#find(fields);
    });
    this.#choosing = chosen.catch(() => {});
    return chosen;
  }

  async #find(fields: readonly Field[]): Promise<DatasetLog> {
    let key = await this.#names.first();
    while (true) {
      const log = this.#blocked.has(key) ? null : await this.#open(key);
      if (log?.isEmpty) {
        log.claim(this.#columnsFor(fields));
        return log;
      }
      if (log !== null && this.#rowIn(log, fields) !== null) return log;
      key = this.#names.next(key);
    }
  }

  #columnsFor(fields: readonly Field[]): string[] {
    return this.#options.header ?? true ? headerFor(fields) : fields.map(({ cell }) => cell ?? "");
  }

  async #open(key: string): Promise<DatasetLog | null> {
    try {
      return await DatasetLog.open(this.#storage, key, this.#options);
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
