import type { Mutant } from "./mutant.ts";

const ASIDE = "A row that a killed process left incomplete is set aside";
const HALF = "A half row never counts as a sample";

/** Breakages of the section "Torn rows". */
export const tornRows: readonly Mutant[] = [
  {
    breaks: ASIDE,
    hurt: "The bytes of a torn row are dropped.",
    file: "dataset/log/_dataset_part.ts",
    replace: `await writeAside(this.#storage, aside, torn);`,
    by: ``,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() keeps every byte of a foreign file, …",
    ],
  },
  {
    breaks: ASIDE,
    hurt: "The next row is joined to a row without a line ending.",
    file: "dataset/log/_dataset_part.ts",
    replace: `return this.#lineIsOpen ? "\\r\\n" : "";`,
    by: `return "";`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() keeps every whole row of a file cut anywhere, …",
    ],
  },
  {
    breaks: "If a person leaves a quote open in a row",
    hurt: "A stray quote near the start moves the rest of the dataset out.",
    file: "dataset/log/stray_quote.ts",
    replace: `return rows > 0 || pending.length > 0 ? line : null;`,
    by: `return null;`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() sets aside one line only if a quote in it hides whole rows, …",
    ],
  },
  {
    breaks: "If a person leaves a quote open in a row",
    hurt: "A logger overwrites what another one added while it removed a line.",
    file: "dataset/log/stray_quote.ts",
    replace: `precondition: { version },`,
    by: ``,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() sets aside one line only if a quote in it hides whole rows, …",
    ],
  },
  {
    breaks: HALF,
    hurt: "A row that was cut within its timestamp is read as a sample.",
    file: "dataset/log/_dataset_part.ts",
    replace: `return cells.length === first.length && !isTorn(text, others) ? cells : null;`,
    by: `return cells.length === first.length ? cells : null;`,
    test: [
      "dataset/whole_rows_test.ts",
      "CSVLogger.flag() keeps a last row without a line end, and sets it aside if it is cut: …",
    ],
  },
  {
    breaks: HALF,
    hurt: "The last row is set aside after each save in a spreadsheet.",
    file: "dataset/log/row_end.ts",
    replace: `return !forms.includes(form) && forms.some(`,
    by: `return forms.some(`,
    test: [
      "dataset/whole_rows_test.ts",
      "CSVLogger.flag() keeps a last row without a line end that a spreadsheet saved …",
    ],
  },
  {
    breaks: HALF,
    hurt: "Half a row of SimpleCSVLogger is read as a sample.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (cells === null || !this.#options.hasHeader) return null;`,
    by: `if (cells === null || !this.#options.hasHeader && cells.length < 2) return null;`,
    test: [
      "dataset/whole_rows_test.ts",
      "SimpleCSVLogger.flag() keeps no half row, wherever the process was killed",
    ],
  },
  {
    breaks: "`SimpleCSVLogger` adds no rows under a header",
    hurt: "Rows without a timestamp stand under the columns of another logger.",
    file: "dataset/dataset_versions.ts",
    replace: `return this.#options.header === false && columns?.at(-1) === "timestamp";`,
    by: `return this.#options.header === false && columns === null;`,
    test: [
      "dataset/whole_rows_test.ts",
      "SimpleCSVLogger does not add rows under a header of their length",
    ],
  },
  {
    breaks: "A torn row is set aside once",
    hurt: "Each logger that finds a torn row leaves a copy of it.",
    file: "dataset/log/aside.ts",
    replace: "`${end} ${version}`",
    by: "`${end} ${version} ${Math.random()}`",
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() sets a torn row aside once when many loggers find it, …",
    ],
  },
  {
    breaks: "A torn row is set aside once",
    hurt:
      "A slow logger overwrites the torn row that another one set aside with a row of the dataset.",
    file: "dataset/log/aside.ts",
    replace: `const precondition = cut && create !== "none" ? "absent" : undefined;`,
    by: `const precondition = cut && create === "none" ? "absent" : undefined;`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() sets a torn row aside once when many loggers find it, …",
    ],
  },
  {
    breaks: "A write that fails halfway is undone",
    hurt: "A row that is told as not there is there.",
    file: "storage/local_fs/_files.ts",
    replace: `file.truncateSync(size);`,
    by: ``,
    test: [
      "storage/local_fs/local_fs_adapter_test.ts",
      "LocalFsAdapter.append() takes back what it wrote when the sync fails",
    ],
  },
  {
    breaks: "If another program appends without the lock",
    hurt: "What a slow program writes after its torn row was set aside goes to a removed file.",
    file: "storage/local_fs/local_fs_adapter.ts",
    replace: `cut: true,`,
    by: ``,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() keeps all rows when another program appends without the lock",
    ],
  },
  {
    breaks: "If another program appends without the lock",
    hurt: "A row that another program is about to end is set aside.",
    file: "dataset/log/_dataset_part.ts",
    replace: `if (performance.now() < until && await this.#mayGrow(found)) continue;`,
    by: ``,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() keeps all rows when another program appends without the lock",
    ],
  },
  {
    breaks: "If another program appends without the lock",
    hurt: "A row is written over the rows of another program.",
    file: "storage/local_fs/_files.ts",
    replace: `const file = Deno.openSync(path, { append: true });`,
    by: `const file = Deno.openSync(path, { write: true });
  file.seekSync(old.size, Deno.SeekMode.Start);`,
    test: [
      "dataset/repair_test.ts",
      "CSVLogger.flag() keeps all rows when another program appends without the lock",
    ],
  },
];
