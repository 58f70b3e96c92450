import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { APPLY_FLAG, sayDryRun } from "./_maintenance.ts";
import { RowsOutput } from "./_rows_output.ts";
import { SOURCE_FLAGS, sourceOf } from "./_source.ts";

/** Copies a dataset. */
export const command: Command = {
  summary: "copy a dataset with its files; again, to continue",
  usage: "SOURCE DESTINATION",
  flags: { ...APPLY_FLAG, json: { help: "print JSON Lines" }, ...SOURCE_FLAGS },
  example: "flagstone copy ./flagged s3://my-bucket/flagged --yes",
  async run(context) {
    const { args: [from, to], flags, terminal, signal } = context;
    if (to === undefined) throw new CommandError("Name a source and a destination");
    const apply = flags.has("yes");
    const source = await sourceOf(from, context);
    const destination = await sourceOf(to, context, { write: apply });
    const { copy } = await import("../upkeep/copy.ts");
    const output = new RowsOutput(terminal, ["status", "name"], { json: flags.has("json") });
    let [changed, different] = [0, 0];
    for await (const { status, name } of copy(source, destination, { apply, signal })) {
      if (status === "different") different++;
      else if (status !== "same") changed++;
      if (status !== "same") await output.add([status, name]);
    }
    await output.flush();
    if (different > 0) await terminal.say(`${different} objects differ, and were left as they are`);
    await sayDryRun(context, changed === 0);
    return different > 0 ? EXIT.partly : EXIT.done;
  },
};
