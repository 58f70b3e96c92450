import { known } from "./_known_options.ts";
import { DatasetLogger } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";
import type { LoggerOptions } from "./logger_options.ts";

/**
 * Logs the values of each sample to `log.csv`, without a header, option, username or timestamp. If
 * `log.csv` has rows of another length, `log2.csv` is used, and so on.
 *
 * The guarantee is that of `CSVLogger`, with one exception: if the answer of a remote storage is
 * lost, one of two equal rows may be missing or saved twice.
 *
 * @category Loggers
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter, SimpleCSVLogger } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new SimpleCSVLogger({ storage: new MemoryAdapter() });
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"]), 1);
 * ```
 */
export class SimpleCSVLogger extends DatasetLogger {
  /** Creates a logger. Nothing is read or written yet. */
  constructor(options: LoggerOptions = {}) {
    super(known(options), { fileName: "log.csv", header: false, simplifyFileData: false });
  }

  /**
   * Sets the components of the samples and where to log, like `CSVLogger.setup()`.
   *
   * @throws {TypeError} If there is no component: a row without cells is a blank line
   */
  // deno-lint-ignore require-await -- an error must be a rejection
  async setup(components: Components, flaggingDir?: string | URL): Promise<void> {
    if (components?.length === 0) throw new TypeError("Cannot set up without a component");
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample. The option and the username are not saved.
   *
   * @returns The number of samples in the file
   * @throws {TypeError} If the number of values is not that of the components
   * @throws {StorageError} If the storage fails
   */
  async flag(
    data: Sample,
    _flagOption?: string | null,
    _username?: string | null,
  ): Promise<number> {
    return await this.keep(data);
  }
}
