import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { SOURCE_FLAGS, sourceOf } from "./_source.ts";
import { visible } from "./_visible.ts";

/** Compares two datasets. */
export const command: Command = {
  summary:
    "compare the objects of two sources: = equal, + only in the first, - only in the second, * different",
  usage: "SOURCE OTHER",
  flags: {
    "one-way": { help: "pass over what is only in the second" },
    download: { help: "compare bytes, and not only sizes" },
    ...SOURCE_FLAGS,
  },
  example: "flagstone check ./flagged s3://my-bucket/flagged --download",
  async run(context) {
    const { args: [first, second], flags, terminal, signal } = context;
    if (second === undefined) throw new CommandError("Name two sources");
    const [a, b] = [await sourceOf(first, context), await sourceOf(second, context)];
    const { check } = await import("../upkeep/check.ts");
    const options = { oneWay: flags.has("one-way"), download: flags.has("download"), signal };
    let differences = 0;
    for await (const { status, name } of check(a, b, options)) {
      if (status !== "=") differences++;
      await terminal.print(`${status} ${terminal.isTerminal ? visible(name) : name}\n`);
    }
    await terminal.say(`${differences} differences`);
    return differences > 0 ? EXIT.findings : EXIT.done;
  },
};
