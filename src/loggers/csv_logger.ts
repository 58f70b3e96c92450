import { ulid } from "@std/ulid/ulid";
import { known, refuseOtherOptions } from "./_known_options.ts";
import { DatasetLogger } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";
import type { DatasetLoggerSettings, KnownSample, LoggerOptions } from "./logger_options.ts";

/**
 * Options of {@linkcode CSVLogger}.
 *
 * @category Loggers
 */
export interface CSVLoggerOptions extends LoggerOptions {
  /** Whether the cell of a file is its path only. @default {true} */
  readonly simplifyFileData?: boolean | undefined;
  /**
   * A fixed name for the data file. If it exists with other headers, the next free sibling is used:
   * `mine2.csv` for `mine.csv`.
   *
   * @default {`dataset<N>.csv`, where N counts the header versions}
   */
  readonly datasetFileName?: string | undefined;
  /**
   * Whether samples have an `id` column, and a sample that is flagged again with the same id counts
   * once. The id is a new ULID unless one is given. Keeps the ids of the dataset in memory.
   *
   * @default {false}
   */
  readonly sampleId?: boolean | undefined;
}

/**
 * Options of {@linkcode CSVLogger.flag}.
 *
 * @category Loggers
 */
export interface FlagOptions {
  /**
   * The sample's identity, such as the idempotency key of a request. Requires `sampleId: true`.
   *
   * @default {a new ULID}
   */
  readonly id?: string | undefined;
  /**
   * Called before `flag()` resolves if the dataset file has a sample with this id, so that nothing is
   * saved: the first values of an id stay. To change a verdict, flag it with a new id. An error that
   * it throws is ignored.
   *
   * @default {nothing is called}
   */
  readonly onKnown?: ((known: KnownSample) => void) | undefined;
}

/** The names of the options of {@linkcode FlagOptions}. */
export const FLAG_OPTIONS: readonly string[] = ["id", "onKnown"];

/**
 * Logs each sample as a row of a CSV dataset: a column for each component, then `flag` and
 * `username` once a sample has them, then `timestamp`.
 *
 * A file takes a sample if it has the sample's columns. If the columns change, the next file is
 * created: `dataset1.csv`, `dataset2.csv`, … Every row is therefore under its own headers.
 *
 * If `flag()` resolves, the row is saved exactly once, whole. If it rejects, nothing is saved, unless
 * the error is a `StorageError` with the outcome `"unknown"`: then the row is there zero or one
 * times.
 *
 * @category Loggers
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"], "flagged");
 * assertEquals(await logger.flag(["2 + 2?", "5"], "wrong", "ada"), 1);
 * assertEquals(logger.datasetFile, "flagged/dataset1.csv");
 * ```
 */
export class CSVLogger extends DatasetLogger {
  readonly #sampleId: boolean | undefined;

  /** Creates a logger. Nothing is read or written yet. */
  constructor(options: CSVLoggerOptions = {}) {
    super(options, csvSettings(options, true));
    this.#sampleId = options.sampleId;
  }

  /**
   * Sets the components of the samples and where to log. Nothing is written until the first `flag()`.
   *
   * @param components Components, or labels for plain values
   * @param flaggingDir A directory of the local disk, as a path or a file URL; with a `storage`, a key prefix, which may be
   * empty @default {"flagged"}
   */
  // deno-lint-ignore require-await -- an error must be a rejection
  async setup(components: Components, flaggingDir?: string | URL): Promise<void> {
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample.
   *
   * @param data A value for each component
   * @param flagOption The person's verdict; its column appears with the first sample that has one
   * @param username The person; its column appears with the first sample that has one
   * @param options The sample's identity, and what to call if it was saved before
   * @returns The number of samples in the dataset file
   * @throws {TypeError} If the number of values is not that of the components, an argument is not a
   * string, an option is unknown, or an id is empty or given without `sampleId`
   * @throws {StorageError} If the storage fails
   */
  async flag(
    data: Sample,
    flagOption?: string | null,
    username?: string | null,
    options?: FlagOptions,
  ): Promise<number> {
    if (options !== undefined) refuseOtherOptions(options, FLAG_OPTIONS);
    const id = idFor(options?.id, this.#sampleId);
    return await this.keep(data, { flag: flagOption, username, id }, options?.onKnown);
  }
}

/** The settings of a logger with these options. Refuses an unknown option. */
export function csvSettings(
  options: CSVLoggerOptions,
  verbose: boolean = false,
  ...more: readonly string[]
): DatasetLoggerSettings {
  const { simplifyFileData = true, datasetFileName, sampleId } = options;
  known(options, ...more, "simplifyFileData", "datasetFileName", "sampleId");
  return {
    fileName: datasetFileName,
    header: true,
    verbose,
    simplifyFileData,
    idColumn: sampleId ? "id" : undefined,
  };
}

/** The id of a sample: the caller's or a new one; `undefined` if the logger has no ids. */
export function idFor(
  id: string | undefined,
  sampleId: boolean | undefined,
): string | undefined {
  if (id === "") throw new TypeError("Cannot flag a sample with an empty id");
  if (sampleId) return id ?? ulid();
  if (id === undefined) return undefined;
  throw new TypeError("Cannot flag a sample with an id: create the logger with `sampleId: true`");
}
