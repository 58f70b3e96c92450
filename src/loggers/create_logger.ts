import { refuseOtherOptions } from "./_known_options.ts";
import {
  type CSVLoggerOptions,
  csvSettings,
  FLAG_OPTIONS,
  type FlagOptions,
  idFor,
} from "./csv_logger.ts";
import { DatasetLogger } from "./dataset_logger.ts";
import { componentsOf, type Fields, type KeyedSample, valuesOf } from "./keyed_fields.ts";

/**
 * Options of {@linkcode createLogger}. `verbose` is `false` unless it is given.
 *
 * @category Loggers
 */
export interface CreateLoggerOptions extends CSVLoggerOptions {
  /**
   * A directory of the local disk, as a path or a file URL; with a `storage`, a key prefix, which may be empty.
   *
   * @default {"flagged"}
   */
  readonly flaggingDir?: string | URL | undefined;
}

/**
 * Options of {@linkcode KeyedLogger.flag}.
 *
 * @category Loggers
 */
export interface KeyedFlagOptions extends FlagOptions {
  /** The person's verdict, such as `"wrong"`. @default {an empty cell} */
  readonly flag?: string | null | undefined;
  /** The person. @default {an empty cell} */
  readonly username?: string | null | undefined;
}

/**
 * Logs samples whose values have keys, so that they cannot end up in the wrong column. Created
 * by {@linkcode createLogger}.
 *
 * @typeParam F The components by their keys
 *
 * @category Loggers
 */
export class KeyedLogger<F extends Fields> extends DatasetLogger<
  [],
  [sample: KeyedSample<F>, options?: KeyedFlagOptions]
> {
  readonly #keys: readonly string[];
  readonly #sampleId: boolean | undefined;

  /** Creates a logger; prefer {@linkcode createLogger}. */
  constructor(fields: F, options: CreateLoggerOptions = {}) {
    super(options, csvSettings(options, false, "flaggingDir"));
    this.#keys = Object.keys(fields);
    this.#sampleId = options.sampleId;
    this.open(componentsOf(fields), options.flaggingDir);
  }

  /** Does nothing: the logger is ready. */
  setup(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Logs a sample, with the guarantee of `CSVLogger`.
   *
   * @param sample A value for each field
   * @param options The verdict, the person and the sample's identity
   * @returns The number of samples in the dataset file
   * @throws {TypeError} If a key is missing or unknown, an option is unknown or not a string, or an id is empty
   * or given without `sampleId`
   * @throws {StorageError} If the storage fails
   */
  async flag(sample: KeyedSample<F>, options: KeyedFlagOptions = {}): Promise<number> {
    refuseOtherOptions(options, ["flag", "username", ...FLAG_OPTIONS]);
    const { flag, username, id, onKnown } = options;
    return await this.keep(valuesOf(sample, this.#keys), {
      flag: flag ?? "",
      username: username ?? "",
      id: idFor(id, this.#sampleId),
    }, onKnown);
  }
}

/**
 * Creates a logger of typed samples with keys. Its datasets are those of `CSVLogger`, always with the
 * columns `flag` and `username`. Nothing is read or written until the first `flag()`.
 *
 * @param fields The components by their keys; a key is the name of the column, unless the component
 * has a label
 * @param options Where to log, and the options of `CSVLogger`
 * @returns The logger
 * @throws {TypeError} If a field is not a component, or an option is unknown
 *
 * @category Loggers
 *
 * @example Usage
 * ```ts
 * import { createLogger, file, MemoryAdapter, value } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * const logger = createLogger({ prompt: value<string>(), picture: file() }, { storage });
 *
 * const picture = new File(["not really a picture"], "circle.png", { type: "image/png" });
 * const sample = { prompt: "a red circle", picture };
 * assertEquals(await logger.flag(sample, { flag: "wrong", username: "ada" }), 1);
 * ```
 */
export function createLogger<F extends Fields>(
  fields: F,
  options: CreateLoggerOptions = {},
): KeyedLogger<F> {
  return new KeyedLogger(fields, options);
}
