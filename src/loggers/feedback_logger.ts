import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import { ulid } from "@std/ulid/ulid";
import { DatasetLogger } from "./dataset_logger.ts";
import { FLAG_OPTIONS, type FlagOptions } from "./csv_logger.ts";
import { hashedId } from "./hashed_id.ts";
import { componentsOf, type Fields, type KeyedSample, valuesOf } from "./keyed_fields.ts";
import { known, refuseOtherOptions } from "./_known_options.ts";
import type { LoggerOptions } from "./logger_options.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { acceptingUploads, SampleUploads, type UploadStore } from "./sample_uploads.ts";

/**
 * Which samples are saved: `"manual"`, those that people flag; `"auto"`, predictions too, by
 * {@linkcode FeedbackLogger.logPrediction}; `"never"`, none. Gradio calls it `flagging_mode`.
 *
 * @category Feedback
 */
export type FlaggingMode = "manual" | "auto" | "never";

/**
 * A column that only feedback has, and that can be left out.
 *
 * @category Feedback
 */
export type FeedbackColumn = "reason" | "comment" | "subject" | "replaces";

/**
 * What a `redact` function is given and returns.
 *
 * @typeParam F The components by their keys
 *
 * @category Feedback
 */
export interface Redactable<F extends Fields = Fields> {
  /** A value for each component. */
  readonly data: KeyedSample<F>;
  /** The person's own words; empty if there are none. */
  readonly comment: string;
}

/**
 * Options of {@linkcode FeedbackLogger}.
 *
 * @typeParam F The components by their keys
 *
 * @category Feedback
 */
export interface FeedbackLoggerOptions<F extends Fields = Fields>
  extends Omit<LoggerOptions, "refuseEmpty"> {
  /**
   * A directory of the local disk, as a path or a file URL; with a `storage`, a key prefix, which may be empty.
   *
   * @default {"flagged"}
   */
  readonly directory?: string | URL | undefined;
  /** The columns that only feedback has. Without any, the file is a `CSVLogger`'s with ids. @default {all} */
  readonly columns?: readonly FeedbackColumn[] | undefined;
  /** Which samples are saved. @default {"manual"} */
  readonly flaggingMode?: FlaggingMode | undefined;
  /**
   * The share of the predictions that mode `"auto"` saves, from 0 to 1. The subject decides, so that the same
   * prediction is saved or left out everywhere. Verdicts are saved always, each with its sample.
   *
   * @default {1}
   */
  readonly sampleRate?: number | undefined;
  /**
   * Removes what must not be stored from each sample, before anything of it is stored. If it fails, the sample
   * is rejected and nothing is stored.
   *
   * @default {samples are stored as they are}
   */
  readonly redact?:
    | ((sample: Redactable<F>) => Redactable<F> | Promise<Redactable<F>>)
    | undefined;
}

/**
 * Options of {@linkcode FeedbackLogger.flag}.
 *
 * @category Feedback
 */
export interface FeedbackFlagOptions extends FlagOptions {
  /** The person's verdict, such as `"wrong"`. @default {an empty cell} */
  readonly flag?: string | null | undefined;
  /** Why, as one of the app's own words. @default {an empty cell} */
  readonly reason?: string | null | undefined;
  /** The person's own words. @default {an empty cell} */
  readonly comment?: string | null | undefined;
  /** The person. @default {an empty cell} */
  readonly username?: string | null | undefined;
  /** What the verdict is about, such as the id of a message. @default {an empty cell} */
  readonly subject?: string | null | undefined;
  /** The id of the earlier row that this one replaces. @default {an empty cell} */
  readonly replaces?: string | null | undefined;
}

/**
 * Options of {@linkcode FeedbackLogger.logPrediction}.
 *
 * @category Feedback
 */
export interface PredictionOptions {
  /** What a verdict that is given later refers to, such as the id of a message. @default {a new ULID} */
  readonly subject?: string | undefined;
  /** The person who asked. @default {an empty cell} */
  readonly username?: string | undefined;
}

/**
 * A prediction that was made.
 *
 * @category Feedback
 */
export interface Prediction {
  /** The subject for the verdict: seal it into the page's ticket. */
  readonly subject: string;
  /** Whether it was saved: the mode is `"auto"`, and the sample rate includes its subject. */
  readonly isSaved: boolean;
}

const COLUMNS: readonly FeedbackColumn[] = ["reason", "comment", "subject", "replaces"];
const OWN_OPTIONS = ["directory", "columns", "flaggingMode", "sampleRate", "redact"];
const MODES: readonly FlaggingMode[] = ["manual", "auto", "never"];

/**
 * Logs what people say of samples, for an endpoint that `createFeedback()` returns: a column for each
 * component, then `flag`, `reason`, `comment`, `username`, `subject`, `replaces`, `id` and `timestamp`.
 * Columns that are left out by the option `columns` are not there.
 *
 * A dataset only grows. A changed verdict is a new row whose `replaces` is the `id` of the earlier one; a
 * withdrawal is such a row without a verdict. `readDataset(storage, key, { current: true })` returns
 * the rows that stand.
 *
 * Gives the guarantee of `CSVLogger` with `sampleId: true`: a row that is flagged again with its id is
 * there once.
 *
 * @typeParam F The components by their keys
 *
 * @category Feedback
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter, value } from "@flagstone/flagging";
 * import { FeedbackLogger } from "@flagstone/flagging/http";
 * import { readDataset } from "@flagstone/flagging/dataset";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * const components = { question: value<string>(), answer: value<string>() };
 * const logger = new FeedbackLogger(components, { storage });
 * const sample = { question: "2 + 2?", answer: "5" };
 * await logger.flag(sample, { flag: "good", id: "a" });
 * await logger.flag(sample, { flag: "bad", comment: "It is 4", id: "b", replaces: "a" });
 *
 * const rows = await Array.fromAsync(
 *   readDataset(storage, "flagged/dataset1.csv", { current: true }),
 * );
 * assertEquals(rows.map(({ flag, comment }) => [flag, comment]), [["bad", "It is 4"]]);
 * ```
 */
export class FeedbackLogger<F extends Fields = Fields> extends DatasetLogger<
  [],
  [sample: KeyedSample<F> | null, options?: FeedbackFlagOptions]
> {
  /** The components by their keys. */
  readonly components: F;
  /** Where it logs. */
  readonly storage: StorageAdapter;
  /** The key prefix of the datasets in the storage: empty, or with its slash. */
  readonly directory: string;
  /** The columns that only feedback has, in their order in the dataset. */
  readonly columns: readonly FeedbackColumn[];
  /** Which samples are saved. */
  readonly flaggingMode: FlaggingMode;
  /** The files that are stored before their samples. */
  readonly uploads: UploadStore;
  readonly #keys: readonly string[];
  readonly #sampleRate: number;
  readonly #redact: FeedbackLoggerOptions<F>["redact"];
  #isDisposed = false;

  /**
   * Creates a logger. Nothing is read or written until the first sample.
   *
   * @param components The components by their keys; a key is the name of the column, unless the component
   * has a label
   * @param options Where to log, which columns and which samples
   * @throws {TypeError} If a component is not one or has the name of another column, or an option is
   * unknown
   * @throws {RangeError} If the sample rate is not from 0 to 1
   */
  constructor(components: F, options: FeedbackLoggerOptions<F> = {}) {
    const { flaggingMode = "manual", sampleRate = 1, columns = COLUMNS } = known(
      options,
      ...OWN_OPTIONS,
    );
    const { directory = "flagged", asciiNames, retry } = options;
    const storage = options.storage ?? new LocalFsAdapter({ root: directory });
    super({ ...options, storage }, {
      fileName: undefined,
      header: true,
      simplifyFileData: true,
      idColumn: "id",
    });
    refuseMode(flaggingMode);
    refuseRate(sampleRate);
    this.components = components;
    this.columns = COLUMNS.filter((column) => columns.includes(column));
    this.flaggingMode = flaggingMode;
    this.#keys = Object.keys(components);
    this.#sampleRate = sampleRate;
    this.#redact = options.redact;
    const made = componentsOf(components);
    refuseNames(made.map(({ label }) => label!), ["flag", "username", "id", ...this.columns]);
    const prefix = options.storage === undefined ? "" : String(directory).replace(/\/$/, "");
    this.open(made.map(acceptingUploads), prefix);
    this.storage = storage;
    this.directory = prefix && `${prefix}/`;
    this.uploads = new SampleUploads({
      storage,
      directory: this.directory,
      fileName: undefined,
      simplifyFileData: true,
      asciiNames,
      retry,
    });
  }

  /** Whether the logger was disposed of, so that it refuses samples. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Does nothing: the logger is ready. */
  setup(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Saves a verdict, or a sample without one.
   *
   * @param sample A value for each component; `null` for a withdrawal, whose cells are empty
   * @param options The verdict, the person and the row's identity
   * @returns The number of rows in the dataset file
   * @throws {TypeError} If a key is missing or unknown, an option is unknown or not a string, or the dataset
   * has no column for it
   * @throws {StorageError} If the storage fails
   */
  async flag(
    sample: KeyedSample<F> | null,
    options: FeedbackFlagOptions = {},
  ): Promise<number> {
    refuseOtherOptions(options, ["flag", "username", ...COLUMNS, ...FLAG_OPTIONS]);
    if (this.flaggingMode === "never") {
      throw new Error('Cannot flag as the logger\'s flagging mode is "never"');
    }
    const { flag, username, id = ulid(), onKnown, ...given } = options;
    if (id === "") throw new TypeError("Cannot flag a sample with an empty id");
    const lacking = COLUMNS.find((name) => given[name] && !this.columns.includes(name));
    if (lacking !== undefined) {
      throw new TypeError(`Cannot flag with a ${lacking} as the dataset has no such column`);
    }
    if (sample !== null) valuesOf(sample, this.#keys); // refuses other keys before anything is redacted
    const { data, comment } = await this.#redacted(sample, given.comment ?? "");
    const texts: Record<string, string> = { reason: given.reason ?? "", comment };
    const own = (names: readonly FeedbackColumn[]) =>
      Object.fromEntries(
        names.filter((name) => this.columns.includes(name))
          .map((name) => [name, texts[name] ?? given[name] ?? ""]),
      );
    return await this.keep(data === null ? this.#keys.map(() => undefined) : data, {
      flag: flag ?? "",
      ...own(["reason", "comment"]),
      username: username ?? "",
      ...own(["subject", "replaces"]),
      id,
    }, onKnown);
  }

  /**
   * Saves a prediction without a verdict, if the mode is `"auto"` and the sample rate includes its
   * subject. A verdict that is given later has the same subject. A prediction that is logged again with
   * its subject is saved once.
   *
   * @param sample A value for each component
   * @param options The subject and the person
   * @returns The subject, and whether the prediction was saved
   * @throws {TypeError} If a key is missing or unknown
   * @throws {StorageError} If the storage fails
   */
  async logPrediction(
    sample: KeyedSample<F>,
    options: PredictionOptions = {},
  ): Promise<Prediction> {
    refuseOtherOptions(options, ["subject", "username"]);
    const { subject = ulid(), username } = options;
    const isSaved = this.flaggingMode === "auto" && await this.#includes(subject);
    if (isSaved) {
      const id = await hashedId("prediction", "", subject);
      const named = this.columns.includes("subject") ? { subject } : {};
      await this.flag(sample, { ...named, username, id });
    }
    return { subject, isSaved };
  }

  /** Waits for samples in flight; samples flagged later are refused. Idempotent. */
  override async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await super[Symbol.asyncDispose]();
  }

  /** Returns the values and the comment that may be stored. */
  async #redacted(
    sample: KeyedSample<F> | null,
    comment: string,
  ): Promise<{ data: unknown[] | null; comment: string }> {
    if (sample === null) return { data: null, comment };
    if (this.#redact === undefined) return { data: valuesOf(sample, this.#keys), comment };
    try {
      const redacted = await this.#redact({ data: sample, comment });
      return { data: valuesOf(redacted.data, this.#keys), comment: redacted.comment };
    } catch (cause) {
      throw new Error("Cannot flag the sample as its redact function failed", { cause });
    }
  }

  /** Whether the sample rate includes a subject. */
  async #includes(subject: string): Promise<boolean> {
    if (this.#sampleRate === 1) return true;
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subject));
    return new DataView(hash).getUint32(0) < this.#sampleRate * 2 ** 32;
  }
}

function refuseMode(mode: FlaggingMode): void {
  if (MODES.includes(mode)) return;
  throw new TypeError(
    `Cannot create a logger as its flaggingMode must be one of ${MODES.join(", ")}: ` +
      `current value is ${JSON.stringify(mode)}`,
  );
}

function refuseRate(rate: number): void {
  if (rate >= 0 && rate <= 1) return;
  throw new RangeError(
    `Cannot create a logger as its sampleRate must be from 0 to 1: current value is ${rate}`,
  );
}

/** Two columns of one name would be hard to tell apart. */
function refuseNames(labels: readonly string[], others: readonly string[]): void {
  const twice = labels.find((label) => others.includes(label));
  if (twice === undefined) return;
  throw new TypeError(
    `Cannot create a logger as its component ${
      JSON.stringify(twice)
    } has the name of a column of ` +
      "feedback: give it another label",
  );
}
