import type { Formulas } from "../csv/formulas.ts";
import type { RetryOptions } from "../storage/kit/backoff.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

/**
 * Options that every logger of this package accepts.
 *
 * @category Loggers
 */
export interface LoggerOptions {
  /**
   * Where to log. Without a storage, `flaggingDir` is a directory of the local disk; with one, it is
   * a key prefix.
   *
   * @default {a LocalFsAdapter of `flaggingDir`}
   */
  readonly storage?: StorageAdapter | undefined;
  /**
   * Whether to print notices to stderr: which file is created or used, and what is repaired.
   *
   * @default {true for CSVLogger, false for the others}
   */
  readonly verbose?: boolean | undefined;
  /**
   * Called with a one-sentence notice when a file is created or used, after each repair, and when
   * two columns have one name. An error that it throws is ignored.
   */
  readonly onNotice?: ((notice: string) => void) | undefined;
  /** Returns the time for timestamps, in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /**
   * Formats a timestamp. Its argument, in microseconds since 1970, never repeats within a process.
   *
   * @default {UTC, `YYYY-MM-DD HH:MM:SS.ffffff`}
   */
  readonly timestamp?: ((microseconds: number) => string) | undefined;
  /**
   * How text that a spreadsheet could evaluate as a formula is written. Read the dataset with the same
   * option of `readDataset()`, and keep it for the life of a dataset.
   *
   * @default {"gradio"}
   */
  readonly formulas?: Formulas | undefined;
  /**
   * Whether the names of stored files, and those of their directories, which are the components'
   * labels, contain only ASCII letters, digits and `_.()-`, for stores that accept no other keys, such
   * as Supabase Storage: `über.png` becomes `uber.png`, and other characters `_`.
   *
   * @default {false}
   */
  readonly asciiNames?: boolean | undefined;
  /**
   * Whether a sample is refused with a `TypeError` if the cells of all its components are empty.
   *
   * @default {false}
   */
  readonly refuseEmpty?: boolean | undefined;
  /**
   * The size in bytes at which a dataset continues in a new part, on a storage that rewrites objects.
   * A part keeps the limit with which it was created, if the storage keeps metadata.
   *
   * @default {1_048_576}
   */
  readonly maxPartBytes?: number | undefined;
  /**
   * Whether this logger adds its rows to files of its own, next to those of other writers:
   * `dataset1.w0199….csv`, a new one every day. Writers then never wait for each other, which suits
   * the many isolates of an edge function, and the storage needs neither append nor swap. `flag()`
   * counts this logger's samples only; `readDataset()` reads all.
   *
   * @default {false}
   */
  readonly segments?: boolean | undefined;
  /**
   * Whether to check a storage that has a `check()` or a `probe()`, such as S3 and R2, before the
   * first sample is written: a store that ignores conditional writes would lose samples, and is refused
   * as `Misconfigured`. Costs two requests beside the first look at the dataset, once per adapter.
   *
   * @default {true}
   */
  readonly probe?: boolean | undefined;
  /**
   * How long a request without an answer is repeated before its samples reject with the outcome
   * `"unknown"`. Raise it to outlast longer outages. Files are repeated as well, except streams,
   * which can be read only once.
   *
   * @default {8 times, about 3 seconds in all}
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * The largest number of samples that wait for the store at a time. Further ones reject with
   * `Unavailable` and are not saved, so that a store that is away does not fill the memory.
   *
   * @default {100_000}
   */
  readonly maxBacklog?: number | undefined;
}

/**
 * A sample that was saved before.
 *
 * @category Loggers
 */
export interface KnownSample {
  /** The sample's identity, as it was passed. */
  readonly id: string;
}

/**
 * The kind of dataset that a subclass of `DatasetLogger` keeps.
 *
 * @category Loggers
 */
export interface DatasetLoggerSettings {
  /** The name of its file; `undefined` for `dataset<N>.csv`. */
  readonly fileName: string | undefined;
  /** Whether the first row is a header. Only such a dataset has extras and timestamps. */
  readonly header: boolean;
  /** Whether the cell of a file is its path only. */
  readonly simplifyFileData: boolean;
  /** The extra that identifies a sample, if a repeated one must count once. It must be the last. */
  readonly idColumn?: string | undefined;
  /** The value of `verbose` if the options do not have it. @default {false} */
  readonly verbose?: boolean | undefined;
}
