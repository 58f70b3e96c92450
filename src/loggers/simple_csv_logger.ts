import { DatasetLogger, type LoggerOptions } from "./dataset_logger.ts";
import type { Components, Sample } from "./flagging_callback.ts";

/**
 * Logs the values of each sample to `log.csv`, without headers, option, username or timestamp.
 * Where `log.csv` has rows of another length, `log2.csv` is used, and so on.
 *
 * Gives the guarantee of `CSVLogger`, with one exception that its rows bring with them: where the
 * answer of a remote storage is lost, two equal rows cannot be told apart.
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter, SimpleCSVLogger } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new SimpleCSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"]), 1);
 * ```
 */
export class SimpleCSVLogger extends DatasetLogger {
  /** Makes a logger; touches nothing yet. */
  constructor(options: LoggerOptions = {}) {
    super(options, { fileName: "log.csv", header: false, simplifyFileData: false });
  }

  /**
   * Tells which components the samples have, as `CSVLogger` is told.
   *
   * @throws {TypeError} If there is no component: a row without cells could not be told from none
   */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async setup(components: Components, flaggingDir?: string): Promise<void> {
    if (components.length === 0) throw new TypeError("Cannot set up without a component");
    this.open(components, flaggingDir);
  }

  /**
   * Logs a sample; the option and the username are not kept.
   *
   * @returns How many samples the file has now
   * @throws {TypeError} If the number of values is not that of the components
   * @throws {StorageError} If the storage fails
   */
  async flag(
    data: Sample,
    _flagOption?: string | null,
    _username?: string | null,
  ): Promise<number> {
    return await this.keep(data, []);
  }
}
