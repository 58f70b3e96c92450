import { known } from "./_known_options.ts";
import { DatasetLogger } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";
import type { LoggerOptions } from "./logger_options.ts";

/**
 * Options of {@linkcode ClassicCSVLogger}.
 *
 * @category Loggers
 */
export interface ClassicCSVLoggerOptions extends LoggerOptions {
  /** Whether the cell of a file is its path only. @default {true} */
  readonly simplifyFileData?: boolean | undefined;
}

/**
 * Logs each sample to `log.csv`, always with the columns `flag`, `username` and `timestamp` after
 * those of the components. If `log.csv` has other columns, `log2.csv` is used, and so on.
 *
 * Gives the guarantee of `CSVLogger`.
 *
 * @category Loggers
 *
 * @example Usage
 * ```ts
 * import { ClassicCSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new ClassicCSVLogger({ storage: new MemoryAdapter() });
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"]), 1);
 * assertEquals(logger.datasetFile, "flagged/log.csv");
 * ```
 */
export class ClassicCSVLogger extends DatasetLogger {
  /** Creates a logger. Nothing is read or written yet. */
  constructor(options: ClassicCSVLoggerOptions = {}) {
    const { simplifyFileData = true } = options;
    super(known(options, "simplifyFileData"), {
      fileName: "log.csv",
      header: true,
      simplifyFileData,
    });
  }

  /** Sets the components of the samples and where to log, like `CSVLogger.setup()`. */
  // deno-lint-ignore require-await -- an error must be a rejection
  async setup(components: Components, flaggingDir?: string | URL): Promise<void> {
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample. An option or a username that is not given is an empty cell.
   *
   * @returns The number of samples in the file
   * @throws {TypeError} If the number of values is not that of the components
   * @throws {StorageError} If the storage fails
   */
  async flag(data: Sample, flagOption?: string | null, username?: string | null): Promise<number> {
    return await this.keep(data, { flag: flagOption ?? "", username: username ?? "" });
  }
}
