import type { Cell, Component } from "../components/component.ts";
import { pathSegment } from "../components/safe_name.ts";
import { value } from "../components/value.ts";
import { escapeCell } from "../csv/escape.ts";
import { DatasetVersions } from "../dataset/dataset_versions.ts";
import type { WriteMode } from "../dataset/log/part_writer.ts";
import type { Field } from "../dataset/fields.ts";
import { FixedNames, NumberedNames } from "../dataset/file_names.ts";
import type { RetryOptions } from "../dataset/retries.ts";
import { Clock, formatTimestamp } from "../dataset/timestamp.ts";
import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isUnknown, withOutcome } from "../storage/outcome.ts";
import { utf8Length, validateKey } from "../storage/validate_key.ts";
import { probeOnce } from "./_probe_once.ts";
import { type FilePlace, SampleFiles } from "./_sample_files.ts";
import { type Components, FlaggingCallback, type Sample } from "./flagging_callback.ts";

/** Options that every logger of this package takes. */
export interface LoggerOptions {
  /**
   * Where to log. Without it, `flaggingDir` is a directory of the local disk; with it, a key prefix.
   *
   * @default {a LocalFsAdapter of `flaggingDir`}
   */
  readonly storage?: StorageAdapter | undefined;
  /**
   * Whether to print which file was made or taken up, and what was repaired.
   *
   * @default {true for CSVLogger, false for the others}
   */
  readonly verbose?: boolean | undefined;
  /** The clock of the timestamps, in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /**
   * Writes a timestamp, from microseconds since 1970 that never repeat within a process.
   *
   * @default {formatTimestamp: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`}
   */
  readonly timestamp?: ((microseconds: number) => string) | undefined;
  /**
   * The size in bytes at which a dataset goes on in a new part, on a storage that rewrites objects.
   *
   * @default {1_048_576}
   */
  readonly maxPartBytes?: number | undefined;
  /**
   * Whether this logger adds its rows to files of its own, beside those of other writers:
   * `dataset1.w3f….csv`. No two writers then stand in each other's way, as many isolates of an edge
   * function do, and a storage that can neither append nor swap will do. `flag()` then counts this
   * logger's samples alone; `readDataset()` reads all.
   *
   * @default {false}
   */
  readonly segments?: boolean | undefined;
  /**
   * Whether to probe a storage that can be probed, as those of S3 and R2, before the first sample: a
   * store that ignores conditions would lose samples, and is refused as `Misconfigured`. Costs some
   * forty requests, once an adapter.
   *
   * @default {true}
   */
  readonly probe?: boolean | undefined;
  /**
   * How long a request whose answer is lost is sent again, before its samples reject with the
   * outcome `"unknown"`: raise it to outlast the outages of a store. Files are sent again as well,
   * but for those that are streams, which can be read but once.
   *
   * @default {8 times, some 3 seconds in all}
   */
  readonly retry?: RetryOptions | undefined;
}

/** What kind of dataset a logger keeps. */
export interface DatasetLoggerSettings {
  /** The name of its file; `undefined`: `dataset<N>.csv`. */
  readonly fileName: string | undefined;
  /** Whether its first row is a header. */
  readonly header: boolean;
  /** Whether the cell of a file is its path alone. */
  readonly simplifyFileData: boolean;
  /** The column of the samples' ids, if each is to count once; the last before the timestamp. */
  readonly idColumn?: string | undefined;
  /** Whether it is verbose where the options do not say. @default {false} */
  readonly verbose?: boolean | undefined;
}

interface Column {
  readonly name: string;
  /** The name as a header cell. */
  readonly header: string;
  /** The name as a directory for files. */
  readonly segment: string;
  readonly component: Component;
}

interface Setup {
  readonly columns: readonly Column[];
  readonly place: FilePlace;
  readonly versions: DatasetVersions;
}

const MAX_NAME_BYTES = 200;
const TURNS = 10; // how deep in other functions a caller of flag() may be for flush() to wait for it

/** The clock of all loggers of a process, so that no two of their timestamps are equal. */
const sharedClock: Clock = new Clock(Date.now);

function print(message: string): void {
  // deno-lint-ignore no-console -- what `verbose` asks for
  console.log(message);
}

/** The text of a cell as it stands in a file. */
export function sanitize(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return escapeCell(cell);
  if (typeof cell?.verbatim === "string") return cell.verbatim;
  throw new TypeError(
    `Cannot log a cell that is no text, no { verbatim } and not null: current value is ${typeof cell}`,
  );
}

/** The field of a text that a sample may have; made safe for spreadsheets, absent where the text is. */
export function optionalField(column: string, text: string | null | undefined): Field {
  const cell = text === null || text === undefined ? undefined : escapeCell(text.toWellFormed());
  return { column, cell };
}

/**
 * What the loggers of this package share, from values to a row in a dataset: the class to extend for
 * a logger that keeps such datasets with other columns.
 *
 * @typeParam SetupArgs What `setup()` takes
 * @typeParam FlagArgs What `flag()` takes
 *
 * @example A logger that always keeps the model's name
 * ```ts
 * import { DatasetLogger, type Field, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * class ModelLogger extends DatasetLogger<[labels: string[]], [data: unknown[], model: string]> {
 *   constructor() {
 *     const kind = { fileName: "models.csv", header: true, simplifyFileData: true };
 *     super({ storage: new MemoryAdapter(), verbose: false }, kind);
 *   }
 *   setup(labels: string[]): Promise<void> {
 *     this.open(labels);
 *     return Promise.resolve();
 *   }
 *   flag(data: unknown[], model: string): Promise<number> {
 *     const field: Field = { column: "model", cell: model };
 *     return this.keep(data, [field, this.timestamp()]);
 *   }
 * }
 *
 * await using logger = new ModelLogger();
 * await logger.setup(["question", "answer"]);
 * assertEquals(await logger.flag(["2 + 2?", "5"], "small-1"), 1);
 * ```
 */
export abstract class DatasetLogger<
  SetupArgs extends unknown[] = [components: Components, flaggingDir?: string],
  FlagArgs extends unknown[] = [data: Sample, flagOption?: string | null, username?: string | null],
> extends FlaggingCallback<SetupArgs, FlagArgs> {
  readonly #options: LoggerOptions;
  readonly #kind: DatasetLoggerSettings;
  readonly #clock: Clock;
  /** How many samples are under way: a set of promises would leave garbage that V8 keeps for long. */
  #underWay = 0;
  #idle: PromiseWithResolvers<void> | null = null;
  #setup: Setup | null = null;
  #disposed = false;

  /** Makes a logger of this kind; touches nothing yet. */
  constructor(options: LoggerOptions, kind: DatasetLoggerSettings) {
    super();
    if (kind.fileName?.includes("/")) {
      throw new TypeError(
        `Cannot log to the file ${JSON.stringify(kind.fileName)} as it is a path`,
      );
    }
    if (kind.fileName !== undefined) {
      validateKey(kind.fileName, options.storage?.name ?? "logger");
      refuseLongName(kind.fileName);
    }
    this.#options = options;
    this.#kind = kind;
    this.#clock = options.now === undefined ? sharedClock : new Clock(options.now);
  }

  /** The key of the file that took the last sample; `null` before the first one. */
  get datasetFile(): string | null {
    return this.#setup?.versions.file ?? null;
  }

  /**
   * How samples reach the store: `"append"` to a file, `"rewrite"` of an object under
   * compare-and-swap, or `"write-once"`, each group in an object of its own; `null` before the first one.
   */
  get writeMode(): WriteMode | null {
    return this.#setup?.versions.writeMode ?? null;
  }

  /** Waits until every sample that was flagged is kept or was rejected. */
  override async flush(): Promise<void> {
    while (this.#underWay > 0) {
      await (this.#idle ??= Promise.withResolvers()).promise;
      // Whoever waited for a sample may flag the next one, and comes first.
      for (let i = 0; i < TURNS; i++) await null;
    }
  }

  /** Waits for what is under way; samples flagged later are refused. Idempotent. */
  override async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.flush();
  }

  /** Prepares for samples of these components. */
  protected open(components: Components, flaggingDir: string = "flagged"): void {
    this.#refuseDisposed("set up");
    const { storage, maxPartBytes, segments, retry, probe = true } = this.#options;
    const { verbose = this.#kind.verbose ?? false } = this.#options;
    const directory = storage === undefined ? "" : toPrefix(flaggingDir, storage);
    const place: FilePlace = {
      storage: storage ?? new LocalFsAdapter({ root: flaggingDir }),
      directory,
      simplifyFileData: this.#kind.simplifyFileData,
      retry,
    };
    const { fileName, header, idColumn } = this.#kind;
    const names = fileName === undefined
      ? new NumberedNames(place.storage, directory)
      : new FixedNames(directory + fileName);
    const shown = storage === undefined ? `${flaggingDir.replace(/(?<=.)\/$/, "")}/` : "";
    const say = verbose ? print : undefined;
    const versions = new DatasetVersions(place.storage, names, {
      header,
      idColumn,
      uniqueRows: idColumn !== undefined || this.#hasUniqueTimestamps,
      maxPartBytes,
      segments,
      retry,
      ...(probe ? { beforeFirst: () => probeOnce(place.storage) } : {}),
      onNotice: say,
      onFile: (key, made) =>
        say?.(`${made ? "Created" : "Using existing"} dataset file at: ${shown}${key}${this.#way}`),
    });
    const columns = components.map((component, i) => toColumn(component, i, fileName));
    this.#setup = { columns, place, versions };
  }

  /** Keeps a sample: the cells of its components, and the fields behind them. */
  protected keep(data: readonly unknown[], rest: readonly Field[]): Promise<number> {
    this.#underWay++;
    const kept = this.#keep(data, rest);
    const done = (): void => {
      if (--this.#underWay > 0) return;
      this.#idle?.resolve();
      this.#idle = null;
    };
    kept.then(done, done);
    return kept;
  }

  /** A timestamp's field. */
  protected timestamp(): Field {
    const { timestamp = formatTimestamp } = this.#options;
    return { column: "timestamp", cell: timestamp(this.#clock.next()) };
  }

  async #keep(data: readonly unknown[], rest: readonly Field[]): Promise<number> {
    this.#refuseDisposed("flag");
    const setup = this.#setup;
    if (setup === null) throw new Error("Cannot flag as setup() was not called");
    refuseOtherLength(data, setup.columns);
    const files = new SampleFiles(setup.place);
    let fields: Field[];
    try {
      const cells = makeCells(data, setup.columns, files);
      fields = toFields(setup.columns, cells instanceof Promise ? await cells : cells);
    } catch (error) {
      await files.discard();
      throw withOutcome(error, "not-applied"); // whatever became of a file, no row names it
    }
    try {
      let isKnown = false;
      const total = await setup.versions.add([...fields, ...rest], () => isKnown = true);
      if (isKnown) await files.discard();
      return total;
    } catch (error) {
      // Where nobody knows whether the row is there, its files must be.
      if (!isUnknown(error)) await files.discard();
      throw error;
    }
  }

  /** Whether rows differ by their timestamps alone: with microseconds of the real clock they do. */
  get #hasUniqueTimestamps(): boolean {
    const { now, timestamp } = this.#options;
    return this.#kind.header && now === undefined && timestamp === undefined;
  }

  /** How samples reach the store, where that is not the plain way. */
  get #way(): string {
    const writeMode = this.writeMode;
    return writeMode === "append" || writeMode === null ? "" : ` (${writeMode})`;
  }

  #refuseDisposed(action: string): void {
    if (this.#disposed) throw new Error(`Cannot ${action} as the logger was disposed of`);
  }
}

/** The names of parts, segments and torn rows are longer than the file's own. */
function refuseLongName(fileName: string): void {
  const length = utf8Length(fileName);
  if (length <= MAX_NAME_BYTES) return;
  throw new TypeError(
    `Cannot log to a file whose name exceeds ${MAX_NAME_BYTES} bytes: current value has ${length}`,
  );
}

function toPrefix(flaggingDir: string, { name }: StorageAdapter): string {
  const directory = flaggingDir.endsWith("/") ? flaggingDir.slice(0, -1) : flaggingDir;
  if (directory === "") return "";
  validateKey(directory, name);
  return `${directory}/`;
}

function toColumn(
  component: Component | string | null,
  index: number,
  fileName: string | undefined,
): Column {
  const made = component === null || typeof component === "string" ? value(component) : component;
  const label = (made.label ?? "").toWellFormed().replace(/^\ufeff/, "");
  const name = label === "" ? `component ${index}` : label;
  const segment = pathSegment(name);
  // A directory must not take the name of a data file.
  const isDataFile = /\.csv$/i.test(segment) || segment.toLowerCase() === fileName?.toLowerCase();
  return {
    name,
    header: escapeCell(name),
    segment: isDataFile ? `${segment}_` : segment,
    component: made,
  };
}

function refuseOtherLength(data: readonly unknown[], columns: readonly Column[]): void {
  if (Array.isArray(data) && data.length === columns.length) return;
  const given = Array.isArray(data) ? data.length : typeof data;
  throw new TypeError(
    `Cannot flag the sample as it must have ${columns.length} values (${
      columns.map(({ name }) => JSON.stringify(name)).join(", ")
    }): current value has ${given}`,
  );
}

/** Where no component has to wait, neither does the sample. */
function makeCells(
  data: readonly unknown[],
  columns: readonly Column[],
  files: SampleFiles,
): Cell[] | Promise<Cell[]> {
  const cells = columns.map(({ name, segment, component }, i) => {
    try {
      return component.toCell(data[i], files.context(name, segment));
    } catch (error) {
      return Promise.reject(error); // others may be storing files, and are waited for
    }
  });
  return cells.some(isPending) ? settled(cells) : cells as Cell[];
}

/** Whether a cell is a promise, of whichever realm. */
function isPending(cell: unknown): boolean {
  return typeof (cell as { then?: unknown } | null)?.then === "function";
}

/** Waits for all cells even if one fails, so that what the others stored can be removed. */
async function settled(cells: readonly (Cell | Promise<Cell>)[]): Promise<Cell[]> {
  const results = await Promise.allSettled(cells);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function toFields(columns: readonly Column[], cells: readonly Cell[]): Field[] {
  return columns.map(({ header }, i) => ({ column: header, cell: sanitize(cells[i] ?? null) }));
}
