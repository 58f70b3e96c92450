// The one table of intended deviations from Gradio's output, besides the goldens' own `better`.
import type { Expectation } from "./_expectation.ts";
import type { GoldenResult, ReadVector, RowVector, TextVector } from "./_goldens.ts";

/** A rule by which a golden comes out otherwise. */
export interface Deviation<Golden> {
  readonly reason: string;
  /** The goldens that the rule is about; without it, all that `instead` changes. */
  readonly only?: readonly string[];
  /** Returns the required result, or the golden itself if the rule does not apply to it. */
  readonly instead: (golden: Golden) => Golden;
}

/** The goldens, by their files and kinds. */
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

/** The table. Every rule in it must be needed by each golden that it touches. */
export const DEVIATIONS: {
  readonly [File in keyof Goldens]: readonly Deviation<Goldens[File]>[];
} = {
  filename: [],
  simplify: [],
  sanitize: [{
    reason: "Escaping is reversible: what starts with ' before an unsafe text is escaped, too.",
    only: ["san-p018"],
    instead: (vector) => ({ ...vector, output: "''=already" }),
  }],
  csv_rows: [{
    reason:
      "Values other than text are JSON: true and false, where Python's writer has True, False.",
    instead: (vector) => ({
      ...vector,
      bytes_base64: vector.row.some((cell) => typeof cell === "boolean")
        ? btoa(atob(vector.bytes_base64).replaceAll("True", "true").replaceAll("False", "false"))
        : vector.bytes_base64,
    }),
  }],
  csv_read: [{
    reason: "Blank lines are no records, and a file without records has no samples (not -1).",
    instead(vector) {
      const rows = vector.rows.filter((row) => row.length > 0);
      const header = vector.header?.length === 0 ? null : vector.header;
      return { ...vector, rows, count: Math.max(0, rows.length - 1), header };
    },
  }, {
    reason: "Cells are read as they were written: a CRLF inside quotes stays one.",
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
    reason: "Storages have no directories: setup() makes none, and one without files is none.",
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
    reason: "An existing empty file gets its header and goes on.",
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
