import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { DamageCount, rowsShown } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

const MOST_DISTINCT = 100_000; // texts of a column that are kept in memory

/** What is known of a column. */
interface ColumnStats {
  filled: number;
  empty: number;
  missing: number;
  longest: number;
  min: string | null;
  max: string | null;
  readonly texts: Set<string>;
}

/** Prints figures of each column. */
export const command: Command = {
  summary: "print figures of each column",
  usage: "[SOURCE]",
  flags: { ...DATASET_FLAGS, ...FILTER_FLAGS, json: { help: "print JSON Lines" } },
  example: "flagstone stats ./flagged",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const dataset = await datasetOf(source, context);
    const damage = new DamageCount(terminal);
    const columns = new Map(dataset.columns.map(({ name }) => [name, none()]));
    let rows = 0;
    for await (const { values } of dataset.rows({ ...filterOf(flags), ...damage, signal })) {
      rows++;
      for (const [name, stats] of columns) note(stats, values[name] ?? null);
    }
    const names = ["column", "filled", "empty", "missing", "distinct", "longest", "min", "max"];
    const output = new RowsOutput(terminal, names, { json: flags.has("json") });
    for (const [name, { filled, empty, missing, texts, longest, min, max }] of columns) {
      const distinct = texts.size > MOST_DISTINCT ? `> ${MOST_DISTINCT}` : texts.size;
      await output.add([name, filled, empty, missing, distinct, longest, min, max]);
    }
    await output.flush();
    await terminal.say(rowsShown(rows));
    return rows === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};

function none(): ColumnStats {
  return { filled: 0, empty: 0, missing: 0, longest: 0, min: null, max: null, texts: new Set() };
}

function note(stats: ColumnStats, text: string | null): void {
  if (text === null) stats.missing++;
  else if (text === "") stats.empty++;
  else {
    stats.filled++;
    stats.longest = Math.max(stats.longest, text.length);
    if (stats.min === null || text < stats.min) stats.min = text;
    if (stats.max === null || text > stats.max) stats.max = text;
    if (stats.texts.size <= MOST_DISTINCT) stats.texts.add(text);
  }
}
