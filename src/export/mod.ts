/**
 * Takes datasets to other programs.
 *
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
 *
 * @module
 */
export {
  /** Returns the query by which another engine reads a dataset. */
  datasetSql,
  /** A program that reads CSV files. */
  type SqlEngine,
  /** Options of `datasetSql()`. */
  type SqlOptions,
} from "./sql.ts";
