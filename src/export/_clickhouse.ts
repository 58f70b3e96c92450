import {
  type EngineColumn,
  type EngineRead,
  type EngineTable,
  headerCells,
} from "./_engine_reads.ts";

/** Gradio's rule of escaping, in the syntax of RE2. */
const ESCAPED = String.raw`(?s)^'+(?:.*,)?[=+@\t\n\r-]`;

/** Returns the query of ClickHouse that reads a table. */
export function clickhouseSql({ reads, columns }: EngineTable): string {
  const prefix = freePrefix(columns);
  const selects = reads.map((read) => {
    const cells = cellsOf(read, prefix);
    const list = columns.map(({ name }) => {
      const cell = cells.get(name);
      const value = cell === undefined ? "CAST(NULL AS Nullable(String))" : restored(cell, read);
      return `${value} AS ${identifier(name)}`;
    });
    return selectOf(read, cells, list);
  });
  return `${selects.join("\nUNION ALL\n")}\n`;
}

/** The beginning of the names of cells. ClickHouse takes any name for an alias that is equal. */
function freePrefix(columns: readonly EngineColumn[]): string {
  let prefix = "cell_";
  while (columns.some(({ name }) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

/** The names of cells, which count their places, by the columns. */
function cellsOf({ columns }: EngineRead, prefix: string): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name }, i) => [name, `${prefix}${i + 1}`]));
}

function restored(cell: string, { isEscaped }: EngineRead): string {
  if (!isEscaped) return cell;
  const test = `startsWith(${cell}, '\\'') AND match(${cell}, ${literal(ESCAPED)})`;
  return `if(${test}, substring(${cell}, 2), ${cell})`;
}

function selectOf(
  read: EngineRead,
  cells: ReadonlyMap<string, string>,
  list: readonly string[],
): string {
  const structure = [...cells.values()].map((cell) => `${cell} String`).join(", ");
  const format = read.hasHeader ? "CSVWithNames" : "CSV";
  const tests = headerCells(read).map(({ name, own }) => `${cells.get(name)} = ${literal(own)}`);
  return [
    `SELECT ${list.join(",\n  ")}`,
    `FROM ${sourceOf(read.paths)}, '${format}', '${structure}')`,
    ...(tests.length === 0 ? [] : [`WHERE NOT (${tests.join(" AND ")})`]),
    `SETTINGS ${settingsOf(read).join(", ")}`,
  ].join("\n");
}

/** Texts are to stay as they are, also blanks and `\N`; the rows of a file are told by its lines only. */
function settingsOf({ quote }: EngineRead): string[] {
  const isSingle = quote === "'";
  return [
    "input_format_with_names_use_header = 0",
    "input_format_csv_detect_header = 0",
    "input_format_csv_trim_whitespaces = 0",
    "input_format_csv_allow_cr_end_of_line = 1",
    "input_format_csv_empty_as_default = 0",
    "input_format_null_as_default = 0",
    "format_csv_null_representation = '\\0'",
    "format_csv_delimiter = ','",
    `format_csv_allow_single_quotes = ${isSingle ? 1 : 0}`,
    `format_csv_allow_double_quotes = ${isSingle ? 0 : 1}`,
  ];
}

/** The table function up to the format; several files of a directory are alternatives in braces. */
function sourceOf(paths: readonly string[]): string {
  const wild = paths.find((path) => /[*?{},]/.test(path));
  if (wild !== undefined) {
    throw new TypeError(
      `Cannot read ${JSON.stringify(wild)} in ClickHouse: its path has wildcards or a comma`,
    );
  }
  const [first] = paths as [string, ...string[]];
  const directory = first.slice(0, first.lastIndexOf("/") + 1);
  const names = paths.map((path) => path.slice(directory.length));
  const path = names.length === 1 ? first : `${directory}{${names.join(",")}}`;
  return `${/^(?:s3|https?):\/\//.test(path) ? "s3" : "file"}(${literal(path)}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}
