import { hasCode } from "../storage/storage_error.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Dataset, DatasetOptions } from "../reader/dataset.ts";
import type { DatasetIndex } from "../reader/dataset_index.ts";
import { DatasetNotFoundError } from "../reader/dataset_not_found_error.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { fewValued } from "./_few_valued.ts";

/** The time for which what was seen of the storage counts as current, in milliseconds. */
const FRESH_MS = 1000;
/** The time after which an index that failed is tried again, in milliseconds. */
const RETRY_MS = 10_000;
/** How long a request waits for a new index, which a small dataset has at once, in milliseconds. */
const WAIT_MS = 150;
/** The size of a dataset of which the first rows are shown before it is read, in bytes. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** How long the reading of a large dataset lets the first rows go before, in milliseconds. */
const HEAD_START_MS = 300;
/** How many choices of data files have an index at a time. */
const MOST_INDEXES = 3;

/** Where the rows are, and how they are read. */
export interface SourceSettings {
  readonly storage: StorageAdapter;
  readonly directory: string;
  readonly options: DatasetOptions;
  /** Whether rows are counted. */
  readonly isIndexed: boolean;
  readonly onError: (error: unknown) => void;
}

/** An index, or how far it is. */
interface Indexing {
  readonly columns: number;
  index: DatasetIndex | null;
  /** The dataset of the index, which takes in new pieces as the index does. */
  dataset: Dataset | null;
  /** The share that was read, from 0 to 1. */
  progress: number;
  refreshedAt: number;
  failedAt: number;
  /** The reading in progress. */
  work: Promise<void> | null;
}

/**
 * The dataset that is reviewed, as it grows. Without an index no promise outlives its request, which
 * Workers do not allow.
 */
export class Source {
  readonly settings: SourceSettings;
  #opened: { readonly dataset: Dataset; readonly at: number } | null = null;
  readonly #indexes: Map<string, Indexing> = new Map();
  readonly #stop: AbortController = new AbortController();

  /** Creates a source. Nothing is read yet. */
  constructor(settings: SourceSettings) {
    this.settings = settings;
  }

  /** Returns the dataset as it was a second ago at most; `null` if there is none yet. */
  async dataset(): Promise<Dataset | null> {
    const { storage, directory, options } = this.settings;
    const indexed = await this.#indexed(undefined);
    if (indexed !== null) return indexed;
    const now = Date.now();
    if (this.#opened !== null && now - this.#opened.at < FRESH_MS) return this.#opened.dataset;
    try {
      this.#opened = { dataset: await openDataset(storage, directory, options), at: now };
    } catch (error) {
      if (!(error instanceof DatasetNotFoundError)) throw error;
      this.#opened = null;
    }
    return this.#opened?.dataset ?? null;
  }

  /** Opens some data files of the dataset; `null` if it has none of them. */
  async open(files: readonly string[] | undefined): Promise<Dataset | null> {
    const indexed = await this.#indexed(files);
    if (indexed !== null) return indexed;
    const dataset = await this.dataset();
    if (files === undefined || dataset === null) return dataset;
    const known = files.filter((name) => dataset.pieces.some(({ file }) => file === name));
    if (known.length === 0) return null;
    const { storage, directory, options } = this.settings;
    return await openDataset(storage, directory, { ...options, files: known });
  }

  /** Returns the dataset of an index, up to date: opening it again reads the beginning of each piece. */
  async #indexed(files: readonly string[] | undefined): Promise<Dataset | null> {
    const known = this.#indexes.get(JSON.stringify(files ?? null));
    if (known === undefined || known.index === null) return null;
    await this.#refresh(known, known.index);
    return known.dataset;
  }

  /** How far the index of some data files is; `null` if rows are not counted. */
  progressOf(files: readonly string[] | undefined): number | null {
    return this.#indexes.get(JSON.stringify(files ?? null))?.progress ?? null;
  }

  /** Returns the index of some data files, up to date; `null` if there is none, or none yet. */
  async index(files: readonly string[] | undefined): Promise<DatasetIndex | null> {
    const dataset = await this.dataset();
    if (!this.settings.isIndexed || dataset === null) return null;
    const name = JSON.stringify(files ?? null);
    const known = this.#indexes.get(name);
    if (known === undefined || this.#isOutdated(known, dataset)) {
      const work = this.#start(name, files, dataset);
      if (!isLarge(dataset)) await atMost(WAIT_MS, work);
    } else if (known.index !== null) await this.#refresh(known, known.index);
    return this.#indexes.get(name)?.index ?? null;
  }

  #isOutdated({ columns, failedAt, work }: Indexing, dataset: Dataset): boolean {
    if (work !== null) return false;
    if (failedAt > 0) return Date.now() - failedAt > RETRY_MS;
    return columns !== dataset.columns.length;
  }

  /** Begins to read the rows. Never rejects: a failure is told, and tried again later. */
  #start(
    name: string,
    files: readonly string[] | undefined,
    { columns }: Dataset,
  ): Promise<void> {
    const indexing: Indexing = {
      columns: columns.length,
      ...{ index: null, dataset: null, progress: 0, refreshedAt: 0, failedAt: 0, work: null },
    };
    const work = this.#build(indexing, files).catch((error) => {
      indexing.failedAt = Date.now();
      if (!this.#stop.signal.aborted) this.settings.onError(error);
    }).finally(() => {
      indexing.work = null;
    });
    indexing.work = work;
    this.#indexes.delete(name);
    this.#indexes.set(name, indexing);
    const [oldest] = this.#indexes.keys();
    if (this.#indexes.size > MOST_INDEXES) this.#indexes.delete(oldest!);
    return work;
  }

  async #build(indexing: Indexing, files: readonly string[] | undefined): Promise<void> {
    const dataset = await this.open(files);
    if (dataset === null) return;
    if (isLarge(dataset)) await pause(HEAD_START_MS, this.#stop.signal);
    const names = dataset.columns.map(({ name }) => name);
    const facets = ["flag", "username"].filter((column) => names.includes(column));
    facets.push(...await fewValued(dataset, this.settings.options));
    indexing.dataset = dataset;
    indexing.index = await dataset.index({
      facets,
      signal: this.#stop.signal,
      onProgress: (read, total) => indexing.progress = total === 0 ? 1 : Math.min(1, read / total),
    });
    indexing.refreshedAt = Date.now();
  }

  async #refresh(indexing: Indexing, index: DatasetIndex): Promise<void> {
    if (indexing.work === null && Date.now() - indexing.refreshedAt >= FRESH_MS) {
      indexing.work = index.refresh().then(() => {
        indexing.refreshedAt = Date.now();
      }).finally(() => indexing.work = null);
    }
    await indexing.work;
  }

  /** Waits until nothing is being read. */
  async dispose(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#indexes.values()].map(({ work }) => work));
  }
}

function isLarge({ pieces }: Dataset): boolean {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0) > LARGE_BYTES;
}

/** Waits for a time, or until a signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Waits for a promise, and no longer than a time. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Whether an error says that rows went away while they were read. */
export function isVanished(error: unknown): boolean {
  return hasCode(error, "Conflict") || error instanceof DatasetNotFoundError;
}
