// The table of all intended deviations from Gradio's output, beyond the goldens' own `better`.
import type { Expectation } from "./_expectation.ts";
import type { GoldenResult, ReadVector, RowVector, TextVector } from "./_goldens.ts";

/** A rule that changes the expected result of a golden. */
export interface Deviation<Golden> {
  readonly reason: string;
  /** The goldens that the rule applies to. @default {all that `instead` changes} */
  readonly only?: readonly string[];
  /**
   * Returns the golden with the expected result, or the golden itself if the rule does not apply.
   */
  readonly instead: (golden: Golden) => Golden;
}

/** The types of the goldens, by file. */
export interface Goldens {
  readonly sanitize: TextVector;
  readonly filename: TextVector;
  readonly simplify: TextVector;
  readonly csv_rows: RowVector;
  readonly csv_read: ReadVector;
  readonly scenarios: Expectation;
}

function withResult(
  expected: Expectation,
  rewrite: (result: GoldenResult) => GoldenResult,
): Expectation {
  return expected.result === undefined
    ? expected
    : { ...expected, result: rewrite(expected.result) };
}

/** The table. Every rule must be needed by each golden that it changes. */
export const DEVIATIONS: {
  readonly [File in keyof Goldens]: readonly Deviation<Goldens[File]>[];
} = {
  filename: [],
  simplify: [],
  sanitize: [{
    reason:
      "Escaping is reversible: a text that starts with ' before an unsafe text is also escaped.",
    only: ["san-p018"],
    instead: (vector) => ({ ...vector, output: "''=already" }),
  }],
  csv_rows: [{
    reason:
      "Values other than text are JSON: true and false, not True and False as in Python's writer.",
    instead: (vector) => ({
      ...vector,
      bytes_base64: vector.row.some((cell) => typeof cell === "boolean")
        ? btoa(atob(vector.bytes_base64).replaceAll("True", "true").replaceAll("False", "false"))
        : vector.bytes_base64,
    }),
  }],
  csv_read: [{
    reason: "Blank lines are not records, and a file without records has 0 samples (not -1).",
    instead(vector) {
      const rows = vector.rows.filter((row) => row.length > 0);
      const header = vector.header?.length === 0 ? null : vector.header;
      return { ...vector, rows, count: Math.max(0, rows.length - 1), header };
    },
  }, {
    reason: "Cells are read as they were written: a CRLF inside quotes is kept.",
    only: ["read-p010", "read-p019"],
    instead: (vector) => ({
      ...vector,
      rows: vector.rows.map((row) => row.map((cell) => cell.replaceAll("\n", "\r\n"))),
    }),
  }, {
    reason: "A byte order mark is skipped.",
    only: ["read-p014"],
    instead: (vector) => ({ ...vector, rows: [["a", "b"], ["1", "2"]], header: ["a", "b"] }),
  }],
  scenarios: [{
    reason: "A file's cell is its path relative to the dataset, so that a dataset can be moved.",
    instead: (expected) =>
      withResult(expected, (result) => ({
        ...result,
        files: result.files.map((file) =>
          file.text === undefined ? file : { ...file, text: file.text.replaceAll("<DIR>/", "") }
        ),
      })),
  }, {
    reason:
      "Storages have no directories: setup() creates none, and a directory without files does not exist.",
    instead: (expected) =>
      withResult(expected, (result) => ({
        ...result,
        dir_exists: result.files.length + result.dirs.length > 0,
      })),
  }, {
    reason: "flag() resolves with the number of samples in every logger, ChatCSVLogger included.",
    instead(expected) {
      let total = 0;
      return {
        ...expected,
        steps: expected.steps.map((step) =>
          step.returns === null ? { ...step, returns: ++total } : step
        ),
      };
    },
  }, {
    reason: "An existing empty file gets a header and is used.",
    only: ["csv_empty_latest_file"],
    instead: ({ steps, result, ...rest }) => ({
      ...rest,
      steps: [...steps.slice(0, -1), {
        returns: 1,
        stdout: ["Created dataset file at: <DIR>/dataset2.csv"],
        dataset_file: "dataset2.csv",
      }],
      result: {
        ...result!,
        files: [result!.files[0]!, {
          path: "dataset2.csv",
          text: "x,timestamp\r\na,<TS>\r\n",
        }],
      },
    }),
  }],
};
