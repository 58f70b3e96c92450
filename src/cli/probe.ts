import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { RowsOutput } from "./_rows_output.ts";
import { SOURCE_FLAGS, sourceOf } from "./_source.ts";

/** Checks a store thoroughly. */
export const command: Command = {
  summary: "check with real objects that a store can hold datasets, and print what it can do",
  usage: "SOURCE",
  flags: { ...SOURCE_FLAGS, json: { help: "print JSON Lines" } },
  example: "flagstone probe s3://my-bucket/flagged",
  async run(context) {
    const { args: [source], flags, terminal } = context;
    const { storage, directory } = await sourceOf(source, context, { write: true });
    const { probe } = await import("../storage/probe/mod.ts");
    const { capabilities, checks, operations } = await probe(storage, { prefix: directory });
    const output = new RowsOutput(terminal, ["capability", "value"], { json: flags.has("json") });
    for (const [name, value] of Object.entries(capabilities)) {
      await output.add([name, String(value)]);
    }
    await output.flush();
    const names = checks.map(({ name }) => name).join(", ");
    await terminal.say(`Passed with ${operations} operations: ${names}`);
    return EXIT.done;
  },
};
