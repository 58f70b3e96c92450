import { columnsInOrder, type EngineRead, type EngineTable, headerCells } from "./_engine_reads.ts";

/** Gradio's rule of escaping, in the syntax of RE2. */
const ESCAPED = String.raw`(?s)^'+(?:.*,)?[=+@\t\n\r-]`;

/** The longest row that DuckDB reads if it is not told otherwise. */
const OWN_LINE_BYTES = 2_000_000;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Returns the query of DuckDB that reads a table. */
export function duckdbSql(table: EngineTable, maxLineBytes: number | undefined): string {
  const { reads, columns } = table;
  const all = reads.map((read) => selectOf(read, maxLineBytes)).join("\nUNION ALL BY NAME\n");
  if (columnsInOrder(table)) return `${all}\n`;
  const there = new Set(reads.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const list = columns.map(({ name }) =>
    there.has(name) ? identifier(name) : `NULL::VARCHAR AS ${identifier(name)}`
  );
  return `SELECT ${list.join(", ")} FROM (\n${all}\n)\n`;
}

/** The rows of files with one header. */
function selectOf(read: EngineRead, maxLineBytes: number | undefined): string {
  const { paths, columns, hasHeader, quote, largest, isEscaped } = read;
  const longest = maxLineBytes ?? (largest > OWN_LINE_BYTES ? MAX_LINE_BYTES : undefined);
  const options = [
    "auto_detect = false",
    `header = ${hasHeader}`,
    "delim = ','",
    `quote = ${literal(quote)}`,
    `escape = ${literal(quote)}`,
    "hive_partitioning = false", // a directory k=v would add a column
    "parallel = false", // several threads fail at a file with line breaks in cells, not always
    // Small files are read twice as fast without the memory for a long line.
    ...(longest === undefined ? [] : [`max_line_size = ${longest}`]),
    // DuckDB takes the first line break for the end of every line. If that is one in a name, it
    // returns no row at all, without an error.
    ...(mayBreakFirst(read) ? ["strict_mode = false"] : []),
    `columns = {${columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(", ")}}`,
  ];
  const where = conditionOf(read);
  return [
    `SELECT ${isEscaped ? RESTORED : "coalesce(COLUMNS(*), '')"}`,
    `FROM read_csv([\n  ${paths.map((path) => literal(exact(path))).join(",\n  ")}\n],`,
    `  ${options.join(",\n  ")})`,
    ...(where === "" ? [] : [`WHERE ${where}`]),
  ].join("\n");
}

/** An empty cell is NULL to read_csv. */
const RESTORED = [
  `CASE WHEN starts_with(COLUMNS(*), '''') AND regexp_matches(COLUMNS(*), ${literal(ESCAPED)})`,
  "  THEN substr(COLUMNS(*), 2) ELSE coalesce(COLUMNS(*), '') END",
].join("\n");

function mayBreakFirst({ columns, hasHeader }: EngineRead): boolean {
  return !hasHeader || columns.some(({ own }) => /[\r\n]/.test(own));
}

/** Leaves out the header where it stands in the middle of a file. */
function conditionOf(read: EngineRead): string {
  const tests = headerCells(read).map(({ name, own }) => `${identifier(name)} = ${literal(own)}`);
  return tests.length === 0 ? "" : `(${tests.join(" AND ")}) IS NOT TRUE`;
}

/** A path in which no character is a wildcard. */
function exact(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
