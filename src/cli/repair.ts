import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { APPLY_FLAG, sayDryRun } from "./_maintenance.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, sourceOf } from "./_source.ts";

const { columns, endpoint, region } = DATASET_FLAGS;

/** Mends torn ends. */
export const command: Command = {
  summary: "set torn rows aside, and add missing line endings; deletes nothing",
  usage: "[SOURCE]",
  flags: { ...APPLY_FLAG, json: { help: "print JSON Lines" }, columns, endpoint, region },
  example: "flagstone repair ./flagged --yes",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const apply = flags.has("yes");
    const { storage, directory } = await sourceOf(source, context, { write: apply });
    const { repair } = await import("../upkeep/repair.ts");
    const names = flags.list("columns");
    const repairs = await repair(storage, directory, { apply, columns: names, signal });
    const output = new RowsOutput(terminal, ["kind", "key", "start", "message"], {
      json: flags.has("json"),
    });
    for (const { kind, key, start, message } of repairs) {
      await output.add([kind, key, start, message]);
    }
    await output.flush();
    await sayDryRun(context, repairs.length === 0);
    return repairs.length > 0 && !apply ? EXIT.findings : EXIT.done;
  },
};
