import type { Formulas } from "../csv/formulas.ts";
import type { Dataset } from "../reader/dataset.ts";
import { clickhouseSql } from "./_clickhouse.ts";
import { duckdbSql } from "./_duckdb.ts";
import { engineTable } from "./_engine_reads.ts";
import { pandasProgram } from "./_pandas.ts";
import { sparkProgram } from "./_spark.ts";

/**
 * A program that reads CSV files: `"duckdb"` and `"clickhouse"` by a query, `"spark"` and `"pandas"` by
 * a program in Python.
 *
 * @category Exports
 */
export type SqlEngine = "duckdb" | "clickhouse" | "spark" | "pandas";

/**
 * Options of `datasetSql()`.
 *
 * @category Exports
 */
export interface SqlOptions {
  /**
   * Where the engine finds the keys of the dataset's storage: a directory, or a URL such as
   * `s3://bucket/prefix`.
   *
   * @default {the directory, if the dataset was opened by its path on the local disk}
   */
  readonly base?: string | undefined;
  /**
   * The option `formulas` by which the dataset was opened. `"strict"` cannot be undone by an engine.
   *
   * @default {"gradio"}
   */
  readonly formulas?: Exclude<Formulas, "strict"> | undefined;
  /**
   * The longest row that DuckDB reads, in bytes; it refuses longer ones.
   *
   * @default {16 MiB, or 2 MB among files that are no larger}
   */
  readonly maxLineBytes?: number | undefined;
}

const ENGINES: readonly string[] = ["duckdb", "clickhouse", "spark", "pandas"];
const FORMULAS: readonly string[] = ["gradio", "as-typed"];

/**
 * Returns the query by which another engine reads the dataset as one table, as it is now: the values
 * are those of `Sample.values`, all of them texts. A cell is `''` if it is empty, and NULL if its file
 * has no such column.
 *
 * The programs in Python leave the table in `rows`. Two columns whose names differ only by case are
 * `label` and `Label (2)` in DuckDB and Spark, and a column without a name is `unnamed` in all but
 * pandas. A file that is added later needs a new query; rows that are added to a file do not.
 *
 * @param engine The engine that is to read it
 * @throws {TypeError} If there is no row yet, an option is unknown, `base` is needed, the files are
 *   escaped strictly, or ClickHouse would take a path for a pattern
 * @category Exports
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { openDataset } from "@flagstone/flagging/dataset";
 * import { datasetSql } from "@flagstone/flagging/export";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["prompt"]);
 * await logger.flag(["a red circle"], "good");
 *
 * const dataset = await openDataset(storage, "flagged");
 * const sql = datasetSql(dataset, "duckdb", { base: "s3://bucket" });
 * assertStringIncludes(sql, "'s3://bucket/flagged/dataset1.csv'");
 * ```
 */
export function datasetSql(
  dataset: Dataset,
  engine: SqlEngine,
  options: SqlOptions = {},
): string {
  const { formulas = "gradio", maxLineBytes } = options;
  refuseMistakes(dataset, engine, { ...options, formulas, maxLineBytes });
  const table = engineTable(dataset, {
    base: options.base ?? rootOf(dataset),
    isEscaped: formulas === "gradio",
    // ClickHouse tells names by case, but has none that is empty.
    names: engine === "pandas" ? "exact" : engine === "clickhouse" ? "not empty" : "without case",
  });
  if (engine === "duckdb") return duckdbSql(table, maxLineBytes);
  if (engine === "clickhouse") return clickhouseSql(table);
  return engine === "pandas" ? pandasProgram(table) : sparkProgram(table);
}

function refuseMistakes(
  dataset: Dataset,
  engine: string,
  { formulas, maxLineBytes = 1 }: {
    readonly formulas: string;
    readonly maxLineBytes?: number | undefined;
  },
): void {
  const quoted = (values: readonly string[]) => values.map((value) => `"${value}"`).join(", ");
  if (!ENGINES.includes(engine)) {
    throw new TypeError(`Cannot write a query for "${engine}": use ${quoted(ENGINES)}`);
  }
  if (!FORMULAS.includes(formulas)) {
    throw new TypeError(
      `Cannot write a query for formulas: "${formulas}", whose escapes no engine removes: ` +
        `use ${quoted(FORMULAS)}, or export the dataset`,
    );
  }
  if (!Number.isSafeInteger(maxLineBytes) || maxLineBytes <= 0) {
    throw new TypeError(`Cannot use maxLineBytes: ${maxLineBytes}: pass a number of bytes`);
  }
  if (dataset.pieces.length === 0) {
    throw new TypeError(`Cannot write a query for "${dataset.directory}": it has no row yet`);
  }
}

/** The directory of a storage on the local disk. */
function rootOf({ storage }: Dataset): string {
  const { root } = storage as { readonly root?: unknown };
  if (typeof root === "string") return root;
  throw new TypeError(
    `Cannot write a query for the storage "${storage.name}" without base: pass where the engine ` +
      `finds its keys, such as "s3://bucket/prefix"`,
  );
}
