import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";

/** Lists the columns. */
export const command: Command = {
  summary: "list the columns, their types and the files that have them",
  usage: "[SOURCE]",
  flags: { ...DATASET_FLAGS, json: { help: "print JSON Lines" } },
  example: "flagstone columns ./flagged",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal } = context;
    const { columns } = await datasetOf(source, context, { types: "infer" });
    const output = new RowsOutput(terminal, ["column", "type", "files"], {
      json: flags.has("json"),
    });
    for (const { name, type, files } of columns) await output.add([name, type, files.join(", ")]);
    await output.flush();
    return EXIT.done;
  },
};
