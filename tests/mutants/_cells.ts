import type { Mutant } from "./mutant.ts";

const HEADERS = "Every row stands under its own headers";
const RETURNED = "`readDataset()` returns each text as it was flagged";
const UNSAFE = "By default no text begins with";
const STRICT = 'With `formulas: "strict"` no reading';
const LISTED = "The first sample finds its file without listing";
const COPY = "A copy of a dataset, and a file of another logger";
const PYTHON = "The files are what Python's `csv` module writes and reads";
const TIMES = "Timestamps have 26 characters";
const VALUES = "No value becomes the text `null`";

/** Breakages of the section "Columns and cells". */
export const cells: readonly Mutant[] = [
  {
    breaks: HEADERS,
    hurt: "A row is added under a header that a person edited, as it is not compared.",
    file: "dataset/log/dataset_log.ts",
    replace: `(!this.#hasHeader || first.every((cell, i) => cell === this.#columns![i]));`,
    by: `first.length > 0;`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() adds no row under a different header, …",
    ],
  },
  {
    breaks: HEADERS,
    hurt: "A header that was edited in place, with rows added after it, is not looked at again.",
    file: "dataset/log/_dataset_part.ts",
    replace: `return now.length === head.length && now.every((byte, i) => byte === head[i]);`,
    by: `return now.length === head.length;`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() adds no row under a different header, …",
    ],
  },
  {
    breaks: "Samples with equal components create at most three files",
    hurt: "Samples with and without a username create a file each.",
    file: "dataset/dataset_versions.ts",
    replace: `this.#optional.splice(at++, 0, column);`,
    by: ``,
    test: [
      "loggers/optional_columns_test.ts",
      "CSVLogger creates at most three files, whatever options and usernames samples have, …",
    ],
  },
  {
    breaks: "Files of others, such as `dataset_old.csv`",
    hurt: "Rows are added to files of other programs, or after their numbers.",
    file: "dataset/file_names.ts",
    replace: `const NUMBERED = /^dataset(\\d{1,15})\\.csv$/;`,
    by: `const NUMBERED = /^dataset.*?(\\d{1,15}).*\\.csv$/;`,
    test: [
      "loggers/csv_logger_test.ts",
      "CSVLogger leaves files alone that only look like its own",
    ],
  },
  {
    breaks: RETURNED,
    hurt: "A text that begins with a quote loses it.",
    file: "csv/escape.ts",
    replace: `return text[0] === "'" && isListed(text) ? text.slice(1) : text;`,
    by: `return text[0] === "'" ? text.slice(1) : text;`,
    test: ["csv/escape_test.ts", "unescapeCell() restores every text"],
  },
  {
    breaks: RETURNED,
    hurt: "Texts are read with the quotes of their escaping.",
    file: "reader/_layout.ts",
    replace: `const cells = stored.map(this.#restore);`,
    by: `const cells = [...stored];`,
    test: ["loggers/formulas_test.ts", "…: readDataset() returns each text as it was flagged"],
  },
  {
    breaks: UNSAFE,
    hurt: "A spreadsheet runs a formula after a tab.",
    file: "csv/escape.ts",
    replace: `const UNSAFE = /^[=+\\-@\\t\\n\\r]|`,
    by: `const UNSAFE = /^[=+\\-@\\n\\r]|`,
    test: ["csv/escape_test.ts", "escapeCell() leaves no unsafe start except in numbers and JSON"],
  },
  {
    breaks: STRICT,
    hurt: "A spreadsheet that separates cells at semicolons runs a formula.",
    file: "csv/strict.ts",
    replace: "const START = String.raw`(?:^|[,;\\t\\r\\n])",
    by: "const START = String.raw`(?:^|[,\\t\\r\\n])",
    test: [
      "loggers/formulas_test.ts",
      "strict: Python's csv finds no formula in any cell, whatever separates the cells",
    ],
  },
  {
    breaks: STRICT,
    hurt: "JSON with a formula in it is no JSON any more.",
    file: "csv/strict.ts",
    replace: `if (json) return verbatim.replace(UNSAFE_IN_JSON, toUnicodeEscape);`,
    by: ``,
    test: [
      "loggers/formulas_test.ts",
      "strict: JSON stays JSON of the same value, and its strings hold no formula",
    ],
  },
  {
    breaks: "A cell of any length is read in time that grows with its length",
    hurt: "A cell of 64 MiB takes many seconds.",
    file: "csv/record_splitter.ts",
    replace: `this.#pending.push(bytes.slice(Math.max(0, scanner.end - base)));`,
    by:
      `this.#pending = [concat([...this.#pending, bytes.slice(Math.max(0, scanner.end - base))])];`,
    test: [
      "reader/long_cells_test.ts",
      "CSVLogger with sampleId opens a cell of … times the length in less than … times the time",
    ],
  },
  {
    breaks: "A cell of any length is read in time that grows with its length",
    hurt: "A table with a cell of 64 MiB is read for minutes.",
    file: "reader/_record_batches.ts",
    replace: `} else pending.push(keep || singleQuotes ? part : part.slice());`,
    by: `} else pending = [concat([...pending, part])];`,
    test: [
      "reader/long_cells_test.ts",
      "readDataset() reads a cell of … times the length in less than … times the time",
    ],
  },
  {
    breaks: LISTED,
    hurt: "The first sample lists thousands of files.",
    file: "dataset/file_names.ts",
    replace: `} else if (++others > MOST_OTHERS) return await pass(key);`,
    by: `} else others++;`,
    test: [
      "dataset/listing_test.ts",
      "CSVLogger finds its file without listing the files of the label …",
    ],
  },
  {
    breaks: "If parts of a dataset were removed",
    hurt: "Rows after a gap are never read, and a restart begins with part 1 again.",
    file: "dataset/log/part_keys.ts",
    replace: `if (info !== null && isPart(latest, info, latest <= last) !== false) {`,
    by: `if (latest <= last && info !== null && isPart(latest, info, true) !== false) {`,
    test: [
      "loggers/parts_test.ts",
      "CSVLogger goes on after the highest part, and counts on, when others were removed",
    ],
  },
  {
    breaks: COPY,
    hurt: "Each row of a copy is read twice.",
    file: "reader/_open_piece.ts",
    replace: `if (!(holds(info) ?? !await isCopy(storage, key, first))) return null;`,
    by: `if (!(holds(info) ?? true)) return null;`,
    test: [
      "loggers/parts_test.ts",
      "readDataset() reads no copy of a dataset that a person made next to it",
    ],
  },
  {
    breaks: COPY,
    hurt: "Rows are added to another logger's file.",
    file: "dataset/log/part_keys.ts",
    replace: `if (own !== undefined) return own === String(part);`,
    by: `if (own !== undefined) return true;`,
    test: [
      "loggers/parts_test.ts",
      "CSVLogger adds nothing to a file of another logger that has the name of a part",
    ],
  },
  {
    breaks: PYTHON,
    hurt: "A lone CR in a cell ends its row in other readers.",
    file: "csv/encode.ts",
    replace:
      `return cells.some((cell) => cell.includes("\\r")) ? encodeCr(cells) : stringify([cells]);`,
    by: `return stringify([cells]);`,
    test: ["csv/encode_test.ts", "Python's csv reads the rows of encodeRow()"],
  },
  {
    breaks: PYTHON,
    hurt: "The columns of a sample without an option differ from Gradio's.",
    file: "loggers/classic_csv_logger.ts",
    replace: `username: username ?? ""`,
    by: `username`,
    test: ["goldens/scenarios_test.ts", "scenario … on …: …"],
  },
  {
    breaks: TIMES,
    hurt: "Two samples of one millisecond have one timestamp.",
    file: "dataset/timestamp.ts",
    replace: `this.#last = this.#unused(Math.max(time, this.#last + 1));`,
    by: `this.#last = this.#unused(Math.max(time, this.#last));`,
    test: [
      "loggers/csv_logger_test.ts",
      "CSVLogger timestamps are 26 characters and strictly increase",
    ],
  },
  {
    breaks: TIMES,
    hurt: "A timestamp comes back after the clock leapt.",
    file: "dataset/timestamp.ts",
    replace: `if (this.#last > 0) used.push([this.#first, this.#last]);`,
    by: ``,
    test: [
      "loggers/clock_test.ts",
      "no two timestamps of a process are equal, however the clock leaps",
    ],
  },
  {
    breaks: "If the clock was wrong for a moment",
    hurt: "All later timestamps lie in the future, because the clock was wrong once.",
    file: "dataset/timestamp.ts",
    replace: `if (Math.abs(time - this.#last) > LEAP) this.#leap(time);`,
    by: ``,
    test: [
      "loggers/clock_test.ts",
      "timestamps follow the clock again after it was wrong for a moment",
    ],
  },
  {
    breaks: "A value is read when `flag()` is called",
    hurt: "A buffer that is used again changes what was flagged.",
    file: "loggers/_sample_files.ts",
    replace: `const kept = ArrayBuffer.isView(source) ? new Uint8Array(source) : source;`,
    by: `const kept = source;`,
    test: [
      "loggers/file_safety_test.ts",
      "bytes that are used again, or a value that changes, before flag() settles are kept as they were",
    ],
  },
  {
    breaks: VALUES,
    hurt: "A missing value is the word null.",
    file: "components/_json_cell.ts",
    replace: `if (json === undefined || json === "null") return null;`,
    by: `if (json === undefined) return null;`,
    test: ["loggers/value_kinds_test.ts", "no value becomes the text null"],
  },
  {
    breaks: VALUES,
    hurt: "NaN in a list is stored as null.",
    file: "components/_json_cell.ts",
    replace: `if (isUnwritable(value)) return String(value);`,
    by: `if (typeof value === "bigint") return String(value);`,
    test: [
      "loggers/value_kinds_test.ts",
      "NaN and the infinities are written as such alone, and as strings in JSON",
    ],
  },
  {
    breaks: VALUES,
    hurt: "A Map is stored as {}.",
    file: "components/_json_cell.ts",
    replace: `if (/^(Error|Map|Set)$/.test(kind)) return true;`,
    by: `if (/^(Error|Map|Set)$/.test(kind)) return false;`,
    test: [
      "loggers/value_kinds_test.ts",
      "value() refuses instances whose content JSON would drop, also with other properties",
    ],
  },
];
