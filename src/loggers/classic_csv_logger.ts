import { DatasetLogger, type LoggerOptions, optionalField } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";

/** Options of {@linkcode ClassicCSVLogger}. */
export interface ClassicCSVLoggerOptions extends LoggerOptions {
  /** Whether the cell of a file is its path alone. @default {true} */
  readonly simplifyFileData?: boolean | undefined;
}

/**
 * Logs each sample to `log.csv`, always with the columns `flag`, `username` and `timestamp` behind
 * those of the components. Where `log.csv` has other columns, `log2.csv` is used, and so on.
 *
 * Gives the guarantee of `CSVLogger`.
 *
 * @example Usage
 * ```ts
 * import { ClassicCSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new ClassicCSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"]), 1);
 * assertEquals(logger.datasetFile, "flagged/log.csv");
 * ```
 */
export class ClassicCSVLogger extends DatasetLogger {
  /** Makes a logger; touches nothing yet. */
  constructor(options: ClassicCSVLoggerOptions = {}) {
    super(options, {
      fileName: "log.csv",
      header: true,
      simplifyFileData: options.simplifyFileData ?? true,
    });
  }

  /** Tells which components the samples have, as `CSVLogger` is told. */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async setup(components: Components, flaggingDir?: string): Promise<void> {
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample; what is not given is an empty cell.
   *
   * @returns How many samples the file has now
   * @throws {TypeError} If the number of values is not that of the components
   * @throws {StorageError} If the storage fails
   */
  async flag(
    data: Sample,
    flagOption?: string | null,
    username?: string | null,
  ): Promise<number> {
    return await this.keep(data, [
      optionalField("flag", flagOption ?? ""),
      optionalField("username", username ?? ""),
      this.timestamp(),
    ]);
  }
}
