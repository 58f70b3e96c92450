import type { SqlEngine, SqlOptions } from "../export/sql.ts";
import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";

const ENGINES: readonly string[] = ["duckdb", "clickhouse", "spark", "pandas"];

/** Prints the query of another engine. */
export const command: Command = {
  summary: "print the query by which duckdb, clickhouse, spark or pandas reads the dataset now",
  usage: "ENGINE [SOURCE]",
  flags: {
    base: {
      value: "URL",
      help: "where the engine finds the source (default: as it is named here)",
    },
    ...DATASET_FLAGS,
  },
  example: 'duckdb -c "$(flagstone sql duckdb ./flagged)"',
  async run(context) {
    const { args: [engine, source = "./flagged"], flags, terminal } = context;
    if (engine === undefined || !ENGINES.includes(engine)) {
      throw new CommandError(`Name an engine: ${ENGINES.join(", ")}`);
    }
    const dataset = await datasetOf(source, context);
    const { datasetSql } = await import("../export/sql.ts");
    const isBucket = source.startsWith("s3://");
    const bucket = isBucket ? /^s3:\/\/[^/]+/.exec(source)![0] : undefined;
    const base = flags.text("base") ?? bucket;
    const formulas = flags.text("formulas") as SqlOptions["formulas"];
    await terminal.print(`${datasetSql(dataset, engine as SqlEngine, { base, formulas })}\n`);
    return EXIT.done;
  },
};
