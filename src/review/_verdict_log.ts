import { toVerdict, Verdicts } from "../export/verdicts.ts";
import { CSVLogger } from "../loggers/csv_logger.ts";
import type { Cursor } from "../reader/cursor.ts";
import type { Dataset } from "../reader/dataset.ts";
import { DatasetNotFoundError } from "../reader/dataset_not_found_error.ts";
import { openDataset } from "../reader/open_dataset.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode } from "../storage/storage_error.ts";

const FRESH_MS = 1000;
/** `flag` and `username` are columns of their own here, so that also the first file has them. */
const COLUMNS = ["rowId", "sample", "column", "correction", "comment", "flag", "username"];

/** A verdict to save. */
export interface NewVerdict {
  /** Made by the page, so that a verdict that is sent again is saved once. */
  readonly id: string;
  readonly rowId: string;
  /** The `id` of the sample; empty if it has none. */
  readonly sample: string;
  readonly column: string;
  readonly correction: string;
  readonly comment: string;
  readonly flag: string;
  readonly username: string;
}

/** The verdicts of all reviewers, which other processes may save as well. */
export class VerdictLog {
  readonly #storage: StorageAdapter;
  readonly #directory: string;
  readonly #logger: CSVLogger;
  #isReady = false;
  #verdicts: Verdicts = new Verdicts();
  #cursor: Cursor | undefined;
  #readAt = 0;

  /** Creates a log. Nothing is read or written yet. */
  constructor(storage: StorageAdapter, directory: string) {
    this.#storage = storage;
    this.#directory = directory;
    this.#logger = new CSVLogger({ storage, sampleId: true, verbose: false });
  }

  /** Saves a verdict once, however often it comes. If it rejects, it is not known whether it is saved. */
  async save(verdict: NewVerdict): Promise<void> {
    if (!this.#isReady) await this.#logger.setup(COLUMNS, this.#directory);
    this.#isReady = true;
    const { id, rowId, sample, column, correction, comment, flag, username } = verdict;
    const values = [rowId, sample, column, correction, comment, flag, username];
    await this.#logger.flag(values, undefined, undefined, { id });
    this.#readAt = 0;
  }

  /** Opens the dataset of verdicts; `null` if there is none yet. */
  async dataset(): Promise<Dataset | null> {
    try {
      return await openDataset(this.#storage, this.#directory);
    } catch (error) {
      if (error instanceof DatasetNotFoundError) return null;
      throw error;
    }
  }

  /**
   * The verdicts as they were a second ago at most. Requests read beside each other, as none may wait
   * for another one in Workers: a verdict that is taken in twice changes nothing.
   */
  async current(): Promise<Verdicts> {
    const now = Date.now();
    if (now - this.#readAt < FRESH_MS) return this.#verdicts;
    const dataset = await this.dataset();
    try {
      if (dataset !== null) await this.#take(dataset);
    } catch (error) {
      if (dataset === null || !hasCode(error, "Conflict")) throw error;
      this.#verdicts = new Verdicts(); // rows were removed: all are read again
      this.#cursor = undefined;
      await this.#take(dataset);
    }
    this.#readAt = now;
    return this.#verdicts;
  }

  async #take(dataset: Dataset): Promise<void> {
    let after = this.#cursor;
    for await (const sample of dataset.rows({ after, onDamage: () => {} })) {
      this.#verdicts.add(toVerdict(sample));
      after = sample.cursor;
    }
    this.#cursor = after;
  }

  /** Waits until what was sent is saved. */
  async dispose(): Promise<void> {
    await this.#logger[Symbol.asyncDispose]();
  }
}
