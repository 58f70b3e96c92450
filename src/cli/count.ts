import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { DamageCount } from "./_rows.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

/** Counts rows. */
export const command: Command = {
  summary: "count the rows",
  usage: "[SOURCE]",
  flags: { ...DATASET_FLAGS, ...FILTER_FLAGS },
  example: "flagstone count ./flagged --where flag=wrong",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const dataset = await datasetOf(source, context);
    const damage = new DamageCount(terminal);
    let count = 0;
    for await (const _ of dataset.rows({ ...filterOf(flags), ...damage, signal })) count++;
    await terminal.print(`${count}\n`);
    return count === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};
