import type { Mutant } from "./mutant.ts";

const ONCE = "With `sampleId: true` a sample that is flagged again";
const UNKNOWN = "Flagging again with the same id after an error";
const PLACE = "A known id is acknowledged only if its row is still in the store";
const READ = "Ids are known also if the last row lacks its line ending";
const SHRUNK = "Ids are known also if rows were removed from a full part";

/** Breakages of the section "Resubmitted samples". */
export const ids: readonly Mutant[] = [
  {
    breaks: ONCE,
    hurt: "A sample that is flagged again is stored again.",
    file: "dataset/log/_known_ids.ts",
    replace: `if (this.#places.has(id) || seen.has(id)) return false;`,
    by: `if (seen.has(id)) return false;`,
    test: ["loggers/sample_id_test.ts", "CSVLogger with sampleId counts a sample once, …"],
  },
  {
    breaks: ONCE,
    hurt: "Two presses of a button at one time are two rows.",
    file: "dataset/log/_known_ids.ts",
    replace: `seen.add(id);`,
    by: ``,
    test: ["loggers/sample_id_test.ts", "CSVLogger with sampleId counts a sample once, …"],
  },
  {
    breaks: ONCE,
    hurt: "The ids of the rows that other loggers add are forgotten.",
    file: "dataset/log/_dataset_part.ts",
    replace: `this.#become(found.boundary, read.base, found.ids);`,
    by: `this.#become(found.boundary, read.base);`,
    test: [
      "loggers/sample_id_test.ts",
      "CSVLogger with sampleId counts a sample once when loggers race, …",
    ],
  },
  {
    breaks: UNKNOWN,
    hurt: "The retry after an unknown end stores the sample twice, with segments.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (isUnknown(error)) this.#ids?.loseAnswer(unanswered);`,
    by: ``,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId and segments counts a sample once after an unknown end",
    ],
  },
  {
    breaks: "If a sample is not saved because its id is known",
    hurt: "The app does not learn that the new values were not saved.",
    file: "dataset/log/dataset_log.ts",
    replace: `entry.onKnown?.();`,
    by: ``,
    test: [
      "loggers/on_known_test.ts",
      "flag() calls onKnown if the id was saved before, with whatever values, …",
    ],
  },
  {
    breaks: '`readDataset(storage, key, { uniqueBy: "id" })`',
    hurt: "The reader keeps the first verdict, not the corrected one.",
    file: "reader/_selection.ts",
    replace: `(keep === "last" ? timestamp >= known.timestamp : timestamp < known.timestamp);`,
    by: `(keep !== "last" && timestamp < known.timestamp);`,
    test: [
      "reader/unique_by_test.ts",
      "readDataset() keeps the last sample of an id, in whichever segment it is",
    ],
  },
  {
    breaks: PLACE,
    hurt: "A sample whose row was removed is acknowledged and not stored.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (await ids.areInPlace(batch)) return;`,
    by: `if (batch.length > 0) return;`,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId stores a sample again if it was removed, …",
    ],
  },
  {
    breaks: PLACE,
    hurt: "A row that was edited away while its place stayed is acknowledged and not stored.",
    file: "dataset/log/_known_ids.ts",
    replace: `return ids.every((id) => found.has(id));`,
    by: `return ids.every(() => rows.length > 0 || found.size > 0);`,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId stores a sample again if it was removed, …",
    ],
  },
  {
    breaks: SHRUNK,
    hurt: "A sample of part 2 is stored again in part 1, which a person edited.",
    file: "dataset/log/dataset_log.ts",
    replace: `if (isLeft) await this.#locate();`,
    by: ``,
    test: [
      "loggers/shrunk_part_test.ts",
      "an idle CSVLogger with sampleId knows the ids of part 2 after … removed … rows of part 1, …",
    ],
  },
  {
    breaks: SHRUNK,
    hurt: "A sample of part 2 is stored again in part 1, which lost its last rows.",
    file: "dataset/log/dataset_log.ts",
    replace: `this.#ids && await this.#storage.stat(next) !== null`,
    by: `next === ""`,
    test: [
      "loggers/shrunk_part_test.ts",
      "an idle CSVLogger with sampleId knows the ids of part 2 after … removed … rows of part 1, …",
    ],
  },
  {
    breaks: SHRUNK,
    hurt: "Rows are added before those that are in a later part.",
    file: "dataset/log/dataset_log.ts",
    replace: `object.change === "replaced" ||`,
    by: ``,
    test: [
      "loggers/shrunk_part_test.ts",
      "an idle CSVLogger without ids goes on in part 2 after rows of part 1 were removed",
    ],
  },
  {
    breaks: READ,
    hurt: "The id of the last row is unknown after a kill.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (first !== null) ids?.add([cells.at(-2)], { part, start: end, end: size });`,
    by: ``,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId knows the id of a last row without a line end",
    ],
  },
  {
    breaks: READ,
    hurt: "All ids are unknown after a spreadsheet saved the file in its own encoding.",
    file: "dataset/log/boundary.ts",
    replace: `decodeAny(record).at(-2)`,
    by: `decodeBytes(record)?.at(-2)`,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId knows the ids of rows that were saved as Latin-1",
    ],
  },
  {
    breaks: READ,
    hurt: "All ids are unknown after one read that broke.",
    file: "dataset/log/_dataset_part.ts",
    replace: `const found = read && await scanFrom(read.chunks, EMPTY, options);
    ids?.forget(part);`,
    by: `ids?.forget(part);
    const found = read && await scanFrom(read.chunks, EMPTY, options);`,
    test: [
      "loggers/known_ids_test.ts",
      "CSVLogger with sampleId keeps its ids when a read breaks",
    ],
  },
];
