import type { Mutant } from "./mutant.ts";

const HELD = "A stopped process that keeps the lock of a directory";
const SECONDS = "An outdated swap on the local disk is refused";
const DAYS = "With `segments: true` a logger begins a new segment after 24 hours";
const BUCKET = "Any number of clients can log to one dataset in a bucket";

/** Breakages of the section "Concurrent writers". */
export const writers: readonly Mutant[] = [
  {
    breaks: "Any number of processes of one host",
    hurt: "A sample is refused because another process writes at that moment.",
    file: "storage/local_fs/_lock.ts",
    replace: `if (!CAN_TRY || !handle.tryLockSync(!shared)) await wait.forLock(handle);`,
    by: `if (!handle.tryLockSync(!shared)) throw new Deno.errors.Busy("locked");`,
    test: ["loggers/faults_test.ts", "… processes flag into one empty directory…"],
  },
  {
    breaks: "The first sample of a new isolate takes two round trips",
    hurt: "The first sample of each isolate takes longer.",
    file: "dataset/dataset_versions.ts",
    replace: `this.#options.beforeFirst?.(),`,
    by: `await this.#options.beforeFirst?.(),`,
    test: [
      "loggers/cold_start_test.ts",
      "the first flag of an isolate takes two round trips, …",
    ],
  },
  {
    breaks: BUCKET,
    hurt: "The last of two loggers that rewrite an object removes the rows of the first.",
    file: "dataset/log/_rewrite_writer.ts",
    replace: `precondition: version === undefined ? "absent" : { version },`,
    by: `precondition: version === undefined ? "absent" : undefined,`,
    test: [
      "storage/r2/conformance_test.ts",
      "CSVLogger on R2Adapter keeps every sample of several loggers exactly once",
    ],
  },
  {
    breaks: HELD,
    hurt: "An aborted call goes on waiting.",
    file: "storage/local_fs/_lock.ts",
    replace: `new Deadline(mode.timeoutMs, call.signal);`,
    by: `new Deadline(mode.timeoutMs, undefined);`,
    test: [
      "storage/local_fs/held_lock_test.ts",
      "LocalFsAdapter ends what waits for a held lock when its signal is aborted",
    ],
  },
  {
    breaks: HELD,
    hurt: "Nobody can read a directory that a stopped process keeps locked.",
    file: "storage/local_fs/_root.ts",
    replace: `if (!hasCode(error, "TimedOut") || call.signal?.aborted) throw error;`,
    by: `if (error !== undefined) throw error;`,
    test: [
      "storage/local_fs/held_lock_test.ts",
      "LocalFsAdapter rejects writes with TimedOut when a lock is held, and reads all the same",
    ],
  },
  {
    breaks: HELD,
    hurt: "A lock that nobody frees blocks samples and disposal for ever.",
    file: "storage/local_fs/_lock.ts",
    replace: `this.#deadline.start();`,
    by: ``,
    test: [
      "storage/local_fs/held_lock_test.ts",
      "CSVLogger.flag() and its disposal end when the directory stays locked",
    ],
  },
  {
    breaks: SECONDS,
    hurt: "A swap of a second ago is accepted, and removes rows.",
    file: "storage/local_fs/_version.ts",
    replace: `if (mark !== 0) parts.push(mark);`,
    by: ``,
    test: [
      "storage/local_fs/lesser_file_systems_test.ts",
      "LocalFsAdapter gives each state its own version when times are whole seconds",
    ],
  },
  {
    breaks: SECONDS,
    hurt: "A version comes back where each read sets the access time.",
    file: "storage/local_fs/_version.ts",
    replace:
      `if (old !== null && !hasMark(old)) time = Math.max(time, (old.modified?.getTime() ?? 0) + 2000);`,
    by: ``,
    test: [
      "storage/local_fs/lesser_file_systems_test.ts",
      "LocalFsAdapter lets no version come back when times are whole seconds and reads set them",
    ],
  },
  {
    breaks: "Loggers with different columns in one directory",
    hurt: "Two versions of an app create a file for each sample.",
    file: "dataset/dataset_versions.ts",
    replace: `this.#announce(log!.key, isEmpty || log!.key !== key);
        return total;`,
    by: `this.#announce(log!.key, isEmpty || log!.key !== key);
        this.#current = null;
        return total;`,
    test: [
      "loggers/csv_logger_test.ts",
      "CSVLogger loggers with other headers do not chase each other",
    ],
  },
  {
    breaks: "Loggers with other values of `maxPartBytes`",
    hurt: "One logger adds to a part that another one has left.",
    file: "dataset/log/dataset_log.ts",
    replace: `Number(this.#object.metadata?.[PART_BYTES] ?? this.#maxPartBytes);`,
    by: `this.#maxPartBytes;`,
    test: [
      "loggers/parts_test.ts",
      "CSVLogger loggers with other part sizes count on, and save each id once",
    ],
  },
  {
    breaks: "With `segments: true` each logger writes to files of its own",
    hurt: "Two loggers overwrite each other's segment.",
    file: "dataset/log/part_keys.ts",
    replace: 'return `w${time.toString(16).padStart(12, "0")}${crypto.randomUUID().slice(0, 8)}`;',
    by: `return "w00000000000000000000";`,
    test: [
      "loggers/segments_test.ts",
      "CSVLogger with segments writes separate files for each logger, …",
    ],
  },
  {
    breaks: "With `segments: true` each logger writes to files of its own",
    hurt: "A part whose answer was lost is overwritten by the next one.",
    file: "dataset/log/dataset_log.ts",
    replace: `this.#object = this.#objectOf(++this.#part);
      } else`,
    by: `} else`,
    test: [
      "dataset/segments_test.ts",
      "segments keep every row once on the … day, on a store that …",
    ],
  },
  {
    breaks: DAYS,
    hurt: "A segment stays open for ever, so that a reader never has all of it.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (conflicts === 0) await this.#beginSegment();`,
    by: ``,
    test: [
      "loggers/segment_days_test.ts",
      "CSVLogger begins a new segment after 24 hours, and counts on, …",
    ],
  },
  {
    breaks: DAYS,
    hurt: "A row that was stored without an answer at the end of the day is stored twice.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (this.#isUnsettled) await this.#object.load();`,
    by: ``,
    test: [
      "loggers/segment_days_test.ts",
      "CSVLogger counts a sample once that … without an answer … hours before the next segment, …",
    ],
  },
  {
    breaks: DAYS,
    hurt: "A row whose answer was lost arrives in a segment that readers have left.",
    file: "dataset/log/dataset_log.ts",
    replace:
      `if (this.#renew?.(key, true) !== undefined) return await this.#storage.stat(key) !== null;`,
    by: ``,
    test: [
      "loggers/segment_days_test.ts",
      "CSVLogger writes to no segment that is older than 36 hours, …",
    ],
  },
  {
    breaks: DAYS,
    hurt: "The segments of earlier versions are not read.",
    file: "dataset/log/part_keys.ts",
    replace: `/^(w[0-9a-f]{12}(?:[0-9a-f]{8})?)`,
    by: `/^(w[0-9a-f]{20})`,
    test: [
      "loggers/segment_days_test.ts",
      "readDataset() and loggers find segments with names of earlier versions",
    ],
  },
];
