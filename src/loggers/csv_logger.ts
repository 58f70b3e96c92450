import { ulid } from "@std/ulid/ulid";
import { DatasetLogger, type LoggerOptions, optionalField } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";

/** Options of {@linkcode CSVLogger}. */
export interface CSVLoggerOptions extends LoggerOptions {
  /** Whether the cell of a file is its path alone. @default {true} */
  readonly simplifyFileData?: boolean | undefined;
  /**
   * A fixed name for the data file. Where it exists with other headers, the next free sibling is
   * used: `mine2.csv` for `mine.csv`.
   *
   * @default {`dataset<N>.csv`, where N counts the header versions}
   */
  readonly datasetFileName?: string | undefined;
  /**
   * Whether samples have an `id` column, a ULID or what the caller gives, and one that is flagged
   * again with the same id counts once. Keeps the ids of the dataset in memory.
   *
   * @default {false}
   */
  readonly sampleId?: boolean | undefined;
}

/** Options of {@linkcode CSVLogger.flag}. */
export interface FlagOptions {
  /**
   * The sample's identity, such as the idempotency key of a request: needs `sampleId`.
   *
   * @default {a new ULID}
   */
  readonly id?: string | undefined;
}

const ID_COLUMN = "id";

/**
 * Logs each sample as a row of a CSV dataset: a column for each component, then `flag` and
 * `username` where samples have them, then `timestamp`.
 *
 * A file takes a sample if it has the sample's columns. Where the columns change, the next file is
 * made: `dataset1.csv`, `dataset2.csv`, … So every row stands under its own headers.
 *
 * A sample whose `flag()` resolved is in the dataset exactly once, whole. One that rejected is not,
 * unless the error is a `StorageError` with the outcome `"unknown"`: then it is there zero or one
 * times.
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
  readonly #sampleId: boolean;

  /** Makes a logger; touches nothing yet. */
  constructor(options: CSVLoggerOptions = {}) {
    super(options, {
      fileName: options.datasetFileName,
      header: true,
      verbose: true,
      simplifyFileData: options.simplifyFileData ?? true,
      idColumn: options.sampleId ? ID_COLUMN : undefined,
    });
    this.#sampleId = options.sampleId ?? false;
  }

  /**
   * Tells which components the samples have. Makes nothing: the first sample does.
   *
   * @param components Components, or labels for plain values
   * @param flaggingDir A directory of the local disk; with a `storage`, a key prefix, which may be
   * empty @default {"flagged"}
   */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async setup(components: Components, flaggingDir?: string): Promise<void> {
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample.
   *
   * @param data A value for each component
   * @param flagOption What the person said of it; its column appears with the first sample that has it
   * @param username Who said so; its column appears likewise
   * @param options The sample's identity
   * @returns How many samples the dataset file has now
   * @throws {TypeError} If the number of values is not that of the components, or there is an id
   * without `sampleId`, or an empty one
   * @throws {StorageError} If the storage fails
   */
  async flag(
    data: Sample,
    flagOption?: string | null,
    username?: string | null,
    options: FlagOptions = {},
  ): Promise<number> {
    return await this.keep(data, [
      optionalField("flag", flagOption),
      optionalField("username", username),
      optionalField(ID_COLUMN, this.#idOf(options)),
      this.timestamp(),
    ]);
  }

  #idOf({ id }: FlagOptions): string | null {
    if (id === "") throw new TypeError("Cannot flag a sample with an empty id");
    if (this.#sampleId) return id ?? ulid();
    if (id === undefined) return null;
    throw new TypeError("Cannot flag a sample with an id as the logger has no `sampleId: true`");
  }
}
