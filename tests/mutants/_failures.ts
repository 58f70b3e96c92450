import type { Mutant } from "./mutant.ts";

const REJECTED = "If `flag()` rejects, nothing is saved";
const RETRIED = "A request whose response is lost is sent again";
const SILENT = "If S3 or R2 does not answer, nothing waits for ever";
const LIMIT = "A dataset continues in a new part before an object exceeds";
const NOTICES = "Notices go to stderr, and reject no sample";
const CHECKED = "A store that ignores conditional writes is refused";
const CHECKED_AGAIN = "The check of the store is repeated";

/** Breakages of the section "Failures". */
export const failures: readonly Mutant[] = [
  {
    breaks: REJECTED,
    hurt: "The files of a refused sample stay, and no row names them.",
    file: "loggers/dataset_logger.ts",
    replace: `await files.discard();
      throw withOutcome(error, "not-applied");`,
    by: `throw withOutcome(error, "not-applied");`,
    test: ["loggers/faults_test.ts", "flag() leaves no files when a sample is refused, …"],
  },
  {
    breaks: REJECTED,
    hurt: "A row that may be there is reported as not there, so that the user flags it twice.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (isUnknown(error)) lostAnswer = error;`,
    by: `if (isUnknown(error)) (error as { outcome: string }).outcome = "not-applied";`,
    test: [
      "dataset/log_suite_test.ts",
      "DatasetVersions.add() rejects with the outcome unknown when every answer is lost",
    ],
  },
  {
    breaks: "A sample with too few or too many values",
    hurt: "The cells of a sample stand under the wrong headers.",
    file: "loggers/dataset_logger.ts",
    replace: `refuseOtherLength(data, setup.columns);`,
    by: ``,
    test: [
      "loggers/faults_test.ts",
      "flag() refuses a sample of another length, and writes nothing",
    ],
  },
  {
    breaks: "`flag()` never throws; it rejects",
    hurt: "flag(…).catch(…) does not catch.",
    file: "loggers/csv_logger.ts",
    replace: `  async flag(
    data: Sample,
    flagOption?: string | null,
    username?: string | null,
    options?: FlagOptions,
  ): Promise<number> {
    if (options !== undefined) refuseOtherOptions(options, FLAG_OPTIONS);
    const id = idFor(options?.id, this.#sampleId);
    return await this.keep(`,
    by: `  flag(
    data: Sample,
    flagOption?: string | null,
    username?: string | null,
    options?: FlagOptions,
  ): Promise<number> {
    if (options !== undefined) refuseOtherOptions(options, FLAG_OPTIONS);
    const id = idFor(options?.id, this.#sampleId);
    return this.keep(`,
    test: ["loggers/faults_test.ts", "flag() never throws, it rejects"],
  },
  {
    breaks: RETRIED,
    hurt: "One lost answer rejects a sample.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (!await attempts.backoff.pause()) throw lostAnswer ?? error;`,
    by: `throw lostAnswer ?? error;`,
    test: [
      "loggers/faults_test.ts",
      "flag() outlasts as many lost answers as the \`retry\` option allows",
    ],
  },
  {
    breaks: RETRIED,
    hurt: "A store that is down is asked again without a bound.",
    file: "storage/kit/backoff.ts",
    replace: `if (this.#used >= this.#times) return undefined;`,
    by: ``,
    test: [
      "loggers/faults_test.ts",
      "flag() outlasts as many lost answers as the \`retry\` option allows",
    ],
  },
  {
    breaks: SILENT,
    hurt: "A request without an answer blocks every later sample.",
    file: "storage/kit/deadline.ts",
    replace:
      `if (!this.#expired && !this.#ended) this.#timer = setTimeout(this.#onExpiry, this.#ms);`,
    by: ``,
    test: [
      "loggers/silent_store_test.ts",
      "flag(), later flags and disposal end when S3 never answers",
    ],
  },
  {
    breaks: SILENT,
    hurt: "A body that stops in the middle blocks its reader.",
    file: "storage/kit/in_time.ts",
    replace: `const next = (read: () => Promise<Chunk>) => deadline.within({ attempt }, read);`,
    by: `const next = (read: () => Promise<Chunk>) => read();`,
    test: [
      "loggers/silent_store_test.ts",
      "reading rejects when S3 stops in the middle of a body",
    ],
  },
  {
    breaks: SILENT,
    hurt: "A row that the store applied without an answer is told as not there.",
    file: "storage/s3/_client.ts",
    replace:
      `if (signal?.aborted) throw aborted(attempt, signal, mutates ? "unknown" : undefined);`,
    by: `if (signal?.aborted) throw aborted(attempt, signal, mutates ? "not-applied" : undefined);`,
    test: [
      "loggers/silent_store_test.ts",
      "flag(), later flags and disposal end when S3 never answers",
    ],
  },
  {
    breaks: "At most `maxBacklog` samples wait for the store",
    hurt: "A store that is down fills the memory.",
    file: "loggers/dataset_logger.ts",
    replace: `this.#refuseBacklog(setup.place.storage.name);`,
    by: ``,
    test: [
      "loggers/silent_store_test.ts",
      "flag() rejects immediately when maxBacklog samples wait, and works later",
    ],
  },
  {
    breaks: "If the disk is full",
    hurt: "Half a row stays on a full disk.",
    file: "storage/local_fs/_files.ts",
    replace: `takeBack(file, path, { key: old.key, size: at }, error);`,
    by: ``,
    test: [
      "loggers/faults_test.ts",
      "flag() keeps whole rows only when the disk becomes full in the middle of one",
    ],
  },
  {
    breaks: LIMIT,
    hurt: "A dataset that reached the limit of the store takes no more samples.",
    file: "dataset/log/dataset_log.ts",
    replace: `const room = (storage.capabilities.maxObjectBytes ?? Infinity) / 2;`,
    by: `const room = Infinity;`,
    test: [
      "dataset/object_limit_test.ts",
      "CSVLogger continues in a new part before an object becomes too large, …",
    ],
  },
  {
    breaks: LIMIT,
    hurt: "A row that is too large rejects the samples that were flagged with it.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (batch.length === 1 || !hasCode(error, "TooLarge")) {`,
    by: `if (batch.length > 0) {`,
    test: [
      "dataset/object_limit_test.ts",
      "CSVLogger rejects a row that is too large, and none that is flagged with it, …",
    ],
  },
  {
    breaks: NOTICES,
    hurt: "A closed stderr rejects samples.",
    file: "loggers/dataset_logger.ts",
    replace: `if (verbose) ignoringErrors(() => console.error(notice));`,
    by: `if (verbose) console.error(notice);`,
    test: [
      "loggers/verbose_test.ts",
      "flag() saves samples and files although notices cannot be printed: …",
    ],
  },
  {
    breaks: NOTICES,
    hurt: "Notices are mixed into what a command prints.",
    file: "loggers/dataset_logger.ts",
    replace: `console.error(notice)`,
    by: `console.log(notice)`,
    test: [
      "loggers/verbose_test.ts",
      "CSVLogger prints its notices to stderr, and nothing to stdout",
    ],
  },
  {
    breaks: "After a failed sample the logger continues",
    hurt: "One failed listing rejects all later samples.",
    file: "dataset/dataset_versions.ts",
    replace: `this.#choosing = chosen.catch(() => {});`,
    by: `this.#choosing = chosen;`,
    test: [
      "loggers/faults_test.ts",
      "flag() rejects, and works later, when the listing fails for good",
    ],
  },
  {
    breaks: CHECKED,
    hurt: "Samples are lost on a store that ignores conditions, as the check is left out.",
    file: "dataset/dataset_versions.ts",
    replace: `this.#options.beforeFirst?.(),`,
    by: `Promise.resolve(),`,
    test: [
      "storage/s3/s3rver_test.ts",
      "CSVLogger refuses s3rver, which ignores conditions, …, segments …",
    ],
  },
  {
    breaks: CHECKED,
    hurt: "The row is written although the check failed.",
    file: "dataset/dataset_versions.ts",
    replace: `if (checked.status === "rejected") throw checked.reason;`,
    by: ``,
    test: [
      "storage/s3/s3rver_test.ts",
      "CSVLogger refuses s3rver, which ignores conditions, …, segments …",
    ],
  },
  {
    breaks: CHECKED,
    hurt: "A store that ignores only If-None-Match is accepted.",
    file: "storage/kit/check_conditions.ts",
    replace: `if (!isSwapped && !(isNew && await isAccepted(created, "absent"))) return;`,
    by: `if (!isSwapped) return;`,
    test: [
      "loggers/check_test.ts",
      "a store that ignores only one of the two conditions is refused before a row is written",
    ],
  },
  {
    breaks: CHECKED,
    hurt: "A wrapper hides the check.",
    file: "storage/wrappers/_wrapper.ts",
    replace: `      probe,
      check,
    }),`,
    by: `    }),`,
    test: [
      "storage/s3/s3rver_test.ts",
      "CSVLogger refuses s3rver, which ignores conditions, …, segments …",
    ],
  },
  {
    breaks: CHECKED_AGAIN,
    hurt: "A third of first samples is rejected on a bad network.",
    file: "loggers/_check_once.ts",
    replace: `new Backoff(retry).repeat(mayPass, check)`,
    by: `check()`,
    test: ["loggers/check_test.ts", "the first flag repeats a check that the network failed"],
  },
  {
    breaks: CHECKED_AGAIN,
    hurt: "The check writes one key twice within a second, which R2 refuses.",
    file: "storage/kit/check_conditions.ts",
    replace: "const swapped = `${created}-swap`;",
    by: `const swapped = created;`,
    test: [
      "loggers/check_test.ts",
      "the check outlasts R2's limit of one write a second of one key",
    ],
  },
];
