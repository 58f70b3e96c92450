import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { DamageCount, numberIn, ROWS_FLAGS, selected, valuesIn } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

const { where, current } = FILTER_FLAGS;

/** Prints the rows that contain a text. */
export const command: Command = {
  summary: "print the rows that contain a text",
  usage: "TEXT [SOURCE]",
  flags: {
    "ignore-case": { short: "i", help: "whatever the case of its letters" },
    limit: { value: "N", help: "how many rows at most (default: all)" },
    ...ROWS_FLAGS,
    where,
    current,
    ...DATASET_FLAGS,
  },
  example: "flagstone search -i circle ./flagged --select prompt,flag",
  async run(context) {
    const { args: [text, source = "./flagged"], flags, terminal, signal } = context;
    if (text === undefined || text === "") throw new CommandError("Name the text to search for");
    const dataset = await datasetOf(source, context);
    const columns = selected(dataset, context);
    const damage = new DamageCount(terminal);
    const output = new RowsOutput(terminal, columns, { json: flags.has("json") });
    const most = numberIn(context, "limit", Infinity);
    const isExact = !flags.has("ignore-case");
    let count = 0;
    for await (
      const sample of dataset.rows({ ...filterOf(flags), ...damage, search: text, signal })
    ) {
      if (isExact && !Object.values(sample.values).some((value) => value?.includes(text))) continue;
      if (count === most) break;
      await output.add(valuesIn(sample, columns));
      count++;
    }
    await output.flush();
    return count === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};
