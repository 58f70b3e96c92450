import type { Escaping } from "../csv/escaping.ts";
import { escapingOf } from "../csv/formulas.ts";
import { DatasetVersions } from "../dataset/dataset_versions.ts";
import { fixedNames, numberedNames } from "../dataset/file_names.ts";
import { Clock, formatTimestamp } from "../dataset/timestamp.ts";
import type { Field } from "../dataset/fields.ts";
import type { Dataset, DatasetOptions } from "../reader/dataset.ts";
import type { WriteMode } from "../dataset/log/write_mode.ts";
import { fail, refusal } from "../storage/kit/fail.ts";
import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import { isUnknown, withOutcome } from "../storage/outcome.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isValidKey, utf8Length, validateKey } from "../storage/validate_key.ts";
import {
  cellsOf,
  escapedFields,
  extraFields,
  type Extras,
  refuseAllEmpty,
  refuseOtherLength,
} from "./_cells.ts";
import { ambiguousNames, type Column, columnsOf } from "./_columns.ts";
import { InFlight } from "./_in_flight.ts";
import { checkOnce } from "./_check_once.ts";
import type { FilePlace } from "./_file_place.ts";
import { SampleFiles } from "./_sample_files.ts";
import { type Components, FlaggingCallback, type Sample } from "./flagging_callback.ts";
import type { DatasetLoggerSettings, KnownSample, LoggerOptions } from "./logger_options.ts";

interface Setup {
  readonly columns: readonly Column[];
  readonly place: FilePlace;
  readonly versions: DatasetVersions;
}

const MAX_NAME_BYTES = 200;
const MAX_BACKLOG = 100_000;

/** The clock of all loggers of a process, so that no two of their timestamps are equal. */
const sharedClock: Clock = new Clock(Date.now);

/**
 * The base class of the loggers of this package, from values to a row in a dataset. Extend it for a
 * logger whose datasets have other columns.
 *
 * @typeParam SetupArgs The parameters of `setup()`
 * @typeParam FlagArgs The parameters of `flag()`
 *
 * @category Loggers
 *
 * @example A logger that always saves the model's name
 * ```ts
 * import { DatasetLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * class ModelLogger extends DatasetLogger<[labels: string[]], [data: unknown[], model: string]> {
 *   constructor() {
 *     const settings = { fileName: "models.csv", header: true, simplifyFileData: true };
 *     super({ storage: new MemoryAdapter() }, settings);
 *   }
 *   setup(labels: string[]): Promise<void> {
 *     this.open(labels);
 *     return Promise.resolve();
 *   }
 *   flag(data: unknown[], model: string): Promise<number> {
 *     return this.keep(data, { model });
 *   }
 * }
 *
 * await using logger = new ModelLogger();
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"], "small-1"), 1);
 * ```
 */
export abstract class DatasetLogger<
  SetupArgs extends unknown[] = [components: Components, flaggingDir?: string | URL],
  FlagArgs extends unknown[] = [data: Sample, flagOption?: string | null, username?: string | null],
> extends FlaggingCallback<SetupArgs, FlagArgs> {
  readonly #options: LoggerOptions;
  readonly #settings: DatasetLoggerSettings;
  readonly #clock: Clock;
  readonly #escaping: Escaping | Promise<Escaping>;
  readonly #inFlight: InFlight = new InFlight();
  #setup: Setup | null = null;
  #disposed = false;

  /**
   * Creates a logger with these settings. Nothing is read or written yet.
   *
   * @throws {TypeError} If the options are a string, or the file name is a path or too long
   */
  constructor(options: LoggerOptions, settings: DatasetLoggerSettings) {
    super();
    if (typeof options !== "object") {
      const shown = JSON.stringify(options);
      throw new TypeError(
        `Cannot create a logger with ${shown}: a directory goes to setup(components, ${shown}), ` +
          `or createLogger(fields, { flaggingDir: ${shown} })`,
      );
    }
    if (settings.fileName !== undefined) {
      refuseFileName(settings.fileName, options.storage?.name ?? "logger");
    }
    this.#options = options;
    this.#settings = settings;
    this.#escaping = escapingOf(options.formulas);
    this.#clock = options.now === undefined ? sharedClock : new Clock(options.now);
  }

  /** The key of the file that took the last sample; `null` before the first one. */
  get datasetFile(): string | null {
    return this.#setup?.versions.file ?? null;
  }

  /**
   * How samples reach the store: `"append"` to a file, `"rewrite"` of an object with
   * compare-and-swap, or `"write-once"`, each group in an object of its own; `null` before the first
   * sample.
   */
  get writeMode(): WriteMode | null {
    return this.#setup?.versions.writeMode ?? null;
  }

  /**
   * Opens the rows of this logger's files, all versions of them, as one table: see `openDataset()` of
   * `@flagstone/flagging/dataset`. Samples in flight are waited for.
   *
   * @throws {DatasetNotFoundError} If no sample was saved yet
   */
  async dataset(options: DatasetOptions = {}): Promise<Dataset> {
    const { columns, place } = this.#ready("open the dataset");
    await this.flush();
    const { openLogged } = await import("../reader/logged_dataset.ts"); // most loggers only write
    const { header } = this.#settings;
    return await openLogged({ ...place, header, columns }, { ...this.#options, ...options });
  }

  /** Waits until every flagged sample is saved or rejected. */
  override flush(): Promise<void> {
    return this.#inFlight.flush();
  }

  /** Waits for samples in flight; samples flagged later are refused. Idempotent. */
  override async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.flush();
  }

  /**
   * Prepares for samples of these components. Nothing is read or written yet.
   *
   * @throws {TypeError} If a component or the directory is not one
   */
  protected open(components: Components, flaggingDir: string | URL = "flagged"): void {
    this.#refuseDisposed("set up");
    const { storage, maxPartBytes, segments, now, retry, asciiNames, probe = true } = this.#options;
    const { fileName, header, idColumn, simplifyFileData } = this.#settings;
    const columns = columnsOf(components);
    const directory = storage === undefined ? "" : toPrefix(flaggingDir, storage);
    const place: FilePlace = {
      storage: storage ?? new LocalFsAdapter({ root: flaggingDir }),
      directory,
      fileName,
      simplifyFileData,
      asciiNames,
      retry,
    };
    const names = fileName === undefined
      ? numberedNames(place.storage, directory)
      : fixedNames(directory + fileName);
    const shown = storage === undefined ? `${String(flaggingDir).replace(/(?<=.)\/$/, "")}/` : "";
    const versions = new DatasetVersions(place.storage, names, {
      header,
      idColumn,
      uniqueRows: idColumn !== undefined || this.#hasUniqueTimestamps,
      maxPartBytes,
      segments,
      now,
      retry,
      ...(probe ? { beforeFirst: () => checkOnce(place.storage, directory, retry) } : {}),
      onNotice: this.#notify,
      onFile: (key, made) =>
        this.#notify(
          `${made ? "Created" : "Using existing"} dataset file at: ${shown}${key}${this.#way}`,
        ),
    });
    const ambiguous = ambiguousNames(columns);
    if (ambiguous !== undefined) this.#notify(ambiguous);
    this.#setup = { columns, place, versions };
  }

  /**
   * Saves a sample: a cell for each component, then the extras, then a timestamp. Everything is
   * escaped. A dataset without a header has neither extras nor timestamps.
   *
   * @param data A value for each component
   * @param extras Further texts by their columns. `null` and `undefined` are texts that the sample
   * does not have: their column appears with the first sample that has it
   * @param onKnown Called with the sample's id if the file has a sample with it, so that nothing is
   * saved. Its errors are ignored
   * @returns The number of samples in the dataset file
   * @throws {TypeError} If the values do not fit the components, or an extra is not a string
   * @throws {StorageError} If the storage fails
   */
  protected keep(
    data: Sample,
    extras: Extras = {},
    onKnown?: (known: KnownSample) => void,
  ): Promise<number> {
    return this.#inFlight.track(this.#keep(data, extras, onKnown));
  }

  async #keep(
    data: Sample,
    extras: Extras,
    onKnown: ((known: KnownSample) => void) | undefined,
  ): Promise<number> {
    this.#refuseDisposed("flag");
    const setup = this.#ready("flag");
    refuseOtherLength(data, setup.columns);
    this.#refuseBacklog(setup.place.storage.name);
    const rest = this.#settings.header ? [...extraFields(extras), this.#timestamp()] : [];
    const files = new SampleFiles(setup.place);
    let fields: Field[];
    try {
      const made = cellsOf(data, setup.columns, files);
      const cells = made instanceof Promise ? await made : made;
      if (this.#options.refuseEmpty) refuseAllEmpty(cells);
      const escaping = this.#escaping instanceof Promise ? await this.#escaping : this.#escaping;
      fields = escapedFields(setup.columns, cells, rest, escaping);
    } catch (error) {
      await files.discard();
      throw withOutcome(error, "not-applied"); // even if a file is there, no row names it
    }
    try {
      let isKnown = false;
      const total = await setup.versions.add(fields, () => isKnown = true);
      if (isKnown) {
        await files.discard();
        ignoringErrors(() => onKnown?.({ id: extras[this.#settings.idColumn!]! }));
      }
      return total;
    } catch (error) {
      // If the row may be there, its files must be.
      if (!isUnknown(error)) await files.discard();
      throw error;
    }
  }

  #refuseBacklog(adapter: string): void {
    const { maxBacklog = MAX_BACKLOG } = this.#options;
    if (this.#inFlight.count < maxBacklog) return;
    throw fail({ adapter, operation: "flag the sample" }, {
      code: "Unavailable",
      why: `${maxBacklog} samples wait for the store: flag again later, or raise maxBacklog`,
      outcome: "not-applied",
    });
  }

  #timestamp(): Field {
    const { timestamp = formatTimestamp } = this.#options;
    return { column: "timestamp", cell: timestamp(this.#clock.next()) };
  }

  /** Reports a notice. A full disk or a closed stderr must not reject a sample. */
  readonly #notify = (notice: string): void => {
    const { verbose = this.#settings.verbose, onNotice } = this.#options;
    // deno-lint-ignore no-console -- the purpose of `verbose`
    if (verbose) ignoringErrors(() => console.error(notice));
    ignoringErrors(() => onNotice?.(notice));
  };

  /** Whether rows differ by their timestamps: with microseconds of the real clock they do. */
  get #hasUniqueTimestamps(): boolean {
    const { now, timestamp } = this.#options;
    return this.#settings.header && now === undefined && timestamp === undefined;
  }

  /** The write mode for notices, unless it is the plain one. */
  get #way(): string {
    const mode = this.writeMode;
    return mode === "append" || mode === null ? "" : ` (${mode})`;
  }

  #ready(action: string): Setup {
    if (this.#setup !== null) return this.#setup;
    throw new Error(`Cannot ${action} as setup() was not called: await logger.setup([...]) first`);
  }

  #refuseDisposed(action: string): void {
    if (!this.#disposed) return;
    throw new Error(
      `Cannot ${action} as the logger was disposed of: a module-level "await using" does that when ` +
        "the module ends, so use const in a server",
    );
  }
}

/** Calls a hook at once; its errors are ignored, and those of the promise that it may return. */
async function ignoringErrors(hook: () => unknown): Promise<void> {
  try {
    await hook();
  } catch {
    // as documented for hooks
  }
}

/** The names of parts, segments and torn rows are longer than the file's own. */
function refuseFileName(fileName: string, adapter: string): void {
  const length = utf8Length(fileName);
  if (fileName.includes("/") || length > MAX_NAME_BYTES) {
    throw new TypeError(
      `Cannot log to the file ${
        JSON.stringify(fileName)
      } as it must be a name, not a path, of at ` +
        `most ${MAX_NAME_BYTES} bytes: current value has ${length}`,
    );
  }
  validateKey(fileName, adapter);
}

function toPrefix(flaggingDir: string | URL, { name }: StorageAdapter): string {
  const directory = String(flaggingDir).replace(/\/$/, "");
  if (directory === "") return "";
  if (isValidKey(directory) && !/^(?:~|[a-z]+:)(?:\/|$)/i.test(directory)) return `${directory}/`;
  const meant = directory.replace(/^[a-z]+:|[~.]+(?=[/\\])/gi, "").match(/[^/\\]+/g)?.join("/");
  const why = "with a storage it is a key prefix: did you mean " + JSON.stringify(meant) + "?";
  throw refusal(
    { adapter: name, operation: "log to", key: String(flaggingDir) },
    "InvalidKey",
    why,
  );
}
