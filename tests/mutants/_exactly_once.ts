import type { Mutant } from "./mutant.ts";

const SAVED = "If `flag()` resolves, the row is saved exactly once";
const TWICE = "A row is saved once even if the runtime or a proxy sends its request twice";
const EQUAL = "The same holds for equal rows";
const LATE = "A row is saved once even if its request arrives long after";
const KILLED = "A saved row survives the death of the process";
const DURABLE = "With `new LocalFsAdapter({ root, durable: true })`";
const DISPOSAL = "Disposal waits for every sample";

/** Breakages of the section "Exactly once". */
export const exactlyOnce: readonly Mutant[] = [
  {
    breaks: SAVED,
    hurt: "A row whose answer was lost is written again.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (isNamed ? batches.includes(batch) : found === "landed") return true;`,
    by: `if (isNamed && batches.includes(batch)) return true;`,
    test: [
      "dataset/log_suite_test.ts",
      "CSVLogger keeps every row once on a bad day, writeMode …",
    ],
  },
  {
    breaks: SAVED,
    hurt: "A row that another writer's row came before is acknowledged and not stored.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (!await this.#settleConflict(bytes, lostAnswer, attempts)) return false;`,
    by: `await this.#settleConflict(bytes, lostAnswer, attempts);`,
    test: [
      "dataset/log_suite_test.ts",
      "DatasetVersions keeps every row once on the worst day, writeMode …",
    ],
  },
  {
    breaks: SAVED,
    hurt: "Two loggers on one disk overwrite the boundary that the other one knows.",
    file: "storage/local_fs/_local_disk.ts",
    replace: `refuseOffset(call, old ?? undefined, attempt);`,
    by: ``,
    test: [
      "dataset/log_suite_test.ts",
      "DatasetVersions keeps every row once on the disk, on the … day",
    ],
  },
  {
    breaks: TWICE,
    hurt: "The refusal of the second copy of a request counts as that of the first.",
    file: "dataset/log/_dataset_part.ts",
    replace: `const isOurs = lostAnswer !== undefined || batch === undefined || isNamed;`,
    by: `const isOurs = lostAnswer !== undefined;`,
    test: [
      "loggers/replayed_test.ts",
      "a row is stored once when fetch sends its PUT again after a connection broke",
    ],
  },
  {
    breaks: TWICE,
    hurt: "Rows are looked for only at the end that this writer knew, not where they landed.",
    file: "dataset/log/boundary.ts",
    replace: `const landed = new BytesMatcher(expected, known.size);`,
    by: `const landed = new BytesMatcher(expected, known.size + 1);`,
    test: [
      "dataset/replay_suite_test.ts",
      "rows with an identity are kept once when requests are replayed, …, …",
    ],
  },
  {
    breaks: EQUAL,
    hurt: "A row of SimpleCSVLogger that was sent twice is stored twice.",
    file: "dataset/log/_rewrite_writer.ts",
    replace: `keepsBatches: storage.capabilities.metadata,`,
    by: `keepsBatches: false,`,
    test: [
      "dataset/replay_suite_test.ts",
      "SimpleCSVLogger keeps equal rows of several loggers once each when requests are replayed, …",
    ],
  },
  {
    breaks: EQUAL,
    hurt: "The name of an addition is gone when another writer added after it.",
    file: "dataset/log/_batches.ts",
    replace: `const KEPT = 100;`,
    by: `const KEPT = 1;`,
    test: [
      "dataset/late_requests_test.ts",
      "SimpleCSVLogger keeps a row that equals another writer's when its answer was lost",
    ],
  },
  {
    breaks: LATE,
    hurt:
      "A torn row is cut off first, so that an earlier version comes back and a late row fits it.",
    file: "dataset/log/_dataset_part.ts",
    replace: `this.#boundary = { ...this.#boundary, size: end, rest: "nothing" };`,
    by: `if (this.#writer.replaceEnd) {
        await this.#writer.replaceEnd(this.#base, new Uint8Array(), end);
        await this.load();
        return;
      }`,
    test: [
      "dataset/late_requests_test.ts",
      "a row is stored once when its request arrives after a torn row was set aside, …",
    ],
  },
  {
    breaks: LATE,
    hurt: "A row goes to a second file while its creation of the first one may still arrive.",
    file: "dataset/log/dataset_log.ts",
    replace: `throw attempts.late ?? error;`,
    by: `throw error;`,
    test: [
      "dataset/late_requests_test.ts",
      "a row is in one file when its creation arrives after another file was created and deleted, …",
    ],
  },
  {
    breaks: "The number that `flag()` resolves with",
    hurt: "Samples that are flagged together all get the same number.",
    file: "dataset/log/dataset_log.ts",
    replace: `fresh.forEach(({ resolve }, i) => resolve(before + i + 1));`,
    by: `fresh.forEach(({ resolve }) => resolve(before + 1));`,
    test: [
      "dataset/log_suite_test.ts",
      "DatasetVersions returns the number of rows after the worst day, writeMode …",
    ],
  },
  {
    breaks: KILLED,
    hurt: "Rows are acknowledged while they are only in memory.",
    file: "storage/local_fs/_files.ts",
    replace: `writeAll(file, bytes);`,
    by: `const held = (globalThis as { held?: Uint8Array[] }).held ??= [];
      if (held.push(bytes) > 4) held.splice(0).forEach((each) => writeAll(file, each));`,
    test: [
      "storage/local_fs/local_fs_adapter_test.ts",
      "LocalFsAdapter.append() keeps what was acknowledged when it is killed … times",
    ],
  },
  {
    breaks: DURABLE,
    hurt: "An appended row is lost with the power.",
    file: "storage/local_fs/_files.ts",
    replace: `if (durable) await file.syncData();`,
    by: ``,
    test: [
      "storage/local_fs/local_fs_adapter_test.ts",
      "LocalFsAdapter syncs what a write needs to outlive a power loss when it is durable",
    ],
  },
  {
    breaks: DURABLE,
    hurt: "The name of a new file is lost with the power, and all its rows.",
    file: "storage/local_fs/_local_disk.ts",
    replace: `await directory.sync();`,
    by: ``,
    test: [
      "storage/local_fs/local_fs_adapter_test.ts",
      "LocalFsAdapter syncs what a write needs to outlive a power loss when it is durable",
    ],
  },
  {
    breaks: DISPOSAL,
    hurt: "A program that ends after its loggers loses its last samples.",
    file: "loggers/dataset_logger.ts",
    replace: `this.#disposed = true;
    await this.flush();`,
    by: `this.#disposed = true;`,
    test: [
      "loggers/faults_test.ts",
      "a logger keeps … unawaited samples when it is disposed of, …",
    ],
  },
  {
    breaks: DISPOSAL,
    hurt: "Samples that are flagged in answer to others are not waited for.",
    file: "loggers/_in_flight.ts",
    replace: `for (let i = 0; i < TURNS; i++) await null;`,
    by: `return;`,
    test: ["loggers/faults_test.ts", "flush() waits for samples that are flagged while it waits"],
  },
];
