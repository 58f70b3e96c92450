import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { DamageCount, numberIn } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

/** Counts the texts of a column. */
export const command: Command = {
  summary: "count the texts of a column",
  usage: "COLUMN [SOURCE]",
  flags: {
    limit: { value: "N", help: "how many texts, the most frequent first (default: 20)" },
    json: { help: "print JSON Lines" },
    ...FILTER_FLAGS,
    ...DATASET_FLAGS,
  },
  example: "flagstone freq flag ./flagged",
  async run(context) {
    const { args: [column, source = "./flagged"], flags, terminal, signal } = context;
    if (column === undefined) throw new CommandError("Name a column: flagstone freq COLUMN SOURCE");
    const dataset = await datasetOf(source, context);
    const damage = new DamageCount(terminal);
    const counts = new Map<string | null, number>();
    const options = { ...filterOf(flags), ...damage, select: [column], signal };
    for await (const { values } of dataset.rows(options)) {
      const text = values[column] ?? null;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(
      0,
      numberIn(context, "limit", 20),
    );
    const output = new RowsOutput(terminal, [column, "count"], { json: flags.has("json") });
    for (const [text, count] of sorted) await output.add([text, count]);
    await output.flush();
    return counts.size === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};
