import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { DamageCount, numberIn, ROWS_FLAGS, selected, valuesIn } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

/** Prints the first rows. */
export const command: Command = {
  summary: "print the first rows",
  usage: "[SOURCE]",
  flags: {
    n: { value: "N", help: "how many rows (default: 10)" },
    ...ROWS_FLAGS,
    ...FILTER_FLAGS,
    ...DATASET_FLAGS,
  },
  example: "flagstone head ./flagged -n 3 --select prompt,flag",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const dataset = await datasetOf(source, context);
    const columns = selected(dataset, context);
    const damage = new DamageCount(terminal);
    const limit = numberIn(context, "n", 10);
    const output = new RowsOutput(terminal, columns, { json: flags.has("json") });
    let count = 0;
    const options = { ...filterOf(flags), ...damage, select: columns, limit, signal };
    for await (const sample of dataset.rows(options)) {
      await output.add(valuesIn(sample, columns));
      count++;
    }
    await output.flush();
    return count === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};
