import type { Mutant } from "./mutant.ts";

const ALL = "`openDataset()` yields every row of a directory once";
const GRADIO = "Rows that Gradio wrote are read right";
const CHAIN = "Readings that go on after each other's cursors";
const REFUSED = "If rows before a cursor were removed or changed";
const DAMAGE = "A place that cannot be read as rows is an error";
const INDEX = "Counts, facets and pages of an index";

/** Breakages of the promises on reading. */
export const reading: readonly Mutant[] = [
  {
    breaks: ALL,
    hurt: "Segments are not read.",
    file: "reader/_pieces.ts",
    replace: `found.push(...keys.map((key) => ({ ...key, file })));`,
    by: `found.push(...keys.slice(0, 1).map((key) => ({ ...key, file })));`,
    test: [
      "reader/open_dataset_test.ts",
      "openDataset() reads all versions, parts and segments as one table: …",
    ],
  },
  {
    breaks: "A column that a row's file does not have is `null`",
    hurt: "A missing column looks like an empty cell.",
    file: "reader/_row.ts",
    replace: `if (place === undefined) return null;`,
    by: `if (place === undefined) return "";`,
    test: ["reader/open_dataset_test.ts", "openDataset() reads chosen files and columns"],
  },
  {
    breaks: "A dataset that does not exist is an error",
    hurt: "A mistyped directory is an empty dataset.",
    file: "reader/open_dataset.ts",
    replace: `if (found.files.length === 0 || missing !== undefined && missing.length > 0) {`,
    by: `if (missing !== undefined && missing.length > 0) {`,
    test: [
      "reader/open_dataset_test.ts",
      "openDataset() lists what is there if there is no dataset",
    ],
  },
  {
    breaks: GRADIO,
    hurt: "Old files come out as one column with quotes.",
    file: "reader/_dialect.ts",
    replace: `return SINGLE_QUOTED.test(line);`,
    by: `return false;`,
    test: [
      "reader/wild_test.ts",
      "openDataset() reads cells in single quotes, as Gradio wrote in 2022",
    ],
  },
  {
    breaks: GRADIO,
    hurt: "The verdict of a chat is under the message.",
    file: "reader/_layout.ts",
    replace: `if (this.#isChat && cells.length === CHAT.length - 1) return chatRow(cells);`,
    by: ``,
    test: [
      "reader/wild_test.ts",
      "openDataset() finds the message of a chat that Gradio logged without it",
    ],
  },
  {
    breaks: GRADIO,
    hurt: "The flag of another app's row is under a component.",
    file: "reader/_layout.ts",
    replace: `const tail = !isWhole ? 0 : cells.length > this.tail ? this.tail : 1;`,
    by: `const tail = isWhole ? 1 : 0;`,
    test: [
      "reader/wild_test.ts",
      "openDataset() binds rows of another app from both ends, and marks them",
    ],
  },
  {
    breaks: GRADIO,
    hurt: "Files that Gradio stored on Windows are not found.",
    file: "reader/resolve_file.ts",
    replace: String.raw`path.split(path.includes("\\") ? /[/\\]/ : "/")`,
    by: `path.split("/")`,
    test: [
      "reader/wild_test.ts",
      "Sample.files() resolves the paths that Gradio and this package write",
    ],
  },
  {
    breaks: CHAIN,
    hurt: "A reading that goes on yields rows again.",
    file: "reader/_cursors.ts",
    replace: `  return end;
}`,
    by: `  return piece.bodyStart;
}`,
    test: [
      "reader/cursor_test.ts",
      "a chain of cursors yields each row once, beside writers: …",
    ],
  },
  {
    breaks: REFUSED,
    hurt: "A row is left out after another one was removed before it.",
    file: "reader/_cursors.ts",
    replace: `fnv1a(before).toString(36) !== tail`,
    by: `false`,
    test: ["reader/cursor_test.ts", "a cursor refuses files that changed before it"],
  },
  {
    breaks: REFUSED,
    hurt: "A row is read in two halves.",
    file: "reader/_cursors.ts",
    replace: `const isEnded = next === undefined || next === 0x0a || next === 0x0d;`,
    by: `const isEnded = true;`,
    test: ["reader/cursor_test.ts", "a cursor refuses files that changed before it"],
  },
  {
    breaks: DAMAGE,
    hurt: "Half a row is a sample.",
    file: "reader/_scan.ts",
    replace: `if (isWhole(row, rest, last)) yield soundRows([row], options);`,
    by: `if (row !== undefined) yield soundRows([row], options);`,
    test: [
      "reader/damage_test.ts",
      "Dataset.rows() tells a torn last row, and does not yield it",
    ],
  },
  {
    breaks: DAMAGE,
    hurt: "A text of another encoding is wrong without notice.",
    file: "reader/_scan.ts",
    replace: `&& !isUtf8(row.bytes)`,
    by: `&& false`,
    test: [
      "reader/damage_test.ts",
      "Dataset.rows() yields a row that is not UTF-8, and tells it",
    ],
  },
  {
    breaks: DAMAGE,
    hurt: "The rows of a file that was deleted are missing without notice.",
    file: "reader/_scan.ts",
    replace: `if (result === null) return onDamage(vanished(piece, at));`,
    by: `if (result === null) return;`,
    test: [
      "reader/damage_test.ts",
      "Dataset.rows() tells a piece that vanished, and reads the others",
    ],
  },
  {
    breaks: "A path in a cell that leads out of the directory",
    hurt: "A flagged text opens another directory's file.",
    file: "reader/resolve_file.ts",
    replace:
      `const isBelow = rest.length > 0 && rest.every((segment) => !/^\\.{0,2}$/.test(segment));
    if (isBelow && isValidKey(key) && !found.includes(key)) found.push(key);`,
    by: `found.push(new URL(key, "file:///").pathname.slice(1));`,
    test: [
      "reader/damage_test.ts",
      "Dataset.rows() tells a path that leads out of the directory, and opens no such file",
    ],
  },
  {
    breaks: INDEX,
    hurt: "A page shows rows in the order of files, not of time.",
    file: "reader/_by_time.ts",
    replace: `(right >= end || times[from[left]!]! <= times[from[right]!]!);`,
    by: `right >= end;`,
    test: ["reader/index_test.ts", "an index answers what a reading of all rows answers"],
  },
  {
    breaks: INDEX,
    hurt: "Rows of new files are never counted.",
    file: "reader/_table_index.ts",
    replace: `else await this.#take(pieces);`,
    by: `else await this.#take(this.#indexed.map(({ piece }) => piece));`,
    test: [
      "reader/index_test.ts",
      "DatasetIndex.refresh() takes in the rows that were added: …",
    ],
  },
  {
    breaks: INDEX,
    hurt: "Rows that were removed are still counted.",
    file: "reader/_table_index.ts",
    replace: `if (!hasCode(error, "Conflict")) throw error;
      await`,
    by: `if (!hasCode(error, "Conflict")) throw error;
      if (before < 0) await`,
    test: [
      "reader/index_test.ts",
      "DatasetIndex.refresh() reads all again after rows were removed",
    ],
  },
];
