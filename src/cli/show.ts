import type { Sample } from "../reader/sample.ts";
import type { Command, Context } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { bytesShown, DamageCount } from "./_rows.ts";
import { DATASET_FLAGS, datasetOf, need } from "./_source.ts";
import { visible } from "./_visible.ts";

/** Prints one row, a column a line. */
export const command: Command = {
  summary: "print one row, found by its row id (see export --meta) or by its id",
  usage: "ROWID [SOURCE]",
  flags: {
    files: { value: "DIR", help: "save the files of the row in DIR" },
    json: { help: "print JSON" },
    ...DATASET_FLAGS,
  },
  example: "flagstone show 7f3c5e8f2d1b7a49 ./flagged --files ./row",
  async run(context) {
    const { args: [id, source = "./flagged"], flags, terminal, signal } = context;
    if (id === undefined) {
      throw new CommandError("Name a row: its row id, or the text in its column id");
    }
    const dataset = await datasetOf(source, context);
    const damage = new DamageCount(terminal);
    for await (const sample of dataset.rows({ ...damage, signal })) {
      if (sample.values.id !== id && sample.rowId !== id) continue;
      if (flags.has("json")) await terminal.print(`${JSON.stringify(objectOf(sample))}\n`);
      else await terminal.print(textOf(sample, terminal.isTerminal));
      const directory = flags.text("files");
      if (directory !== undefined) await saveFiles(sample, directory, context);
      return EXIT.done;
    }
    await terminal.say(`There is no row ${JSON.stringify(id)}`);
    return EXIT.findings;
  },
};

function objectOf(sample: Sample): Record<string, unknown> {
  const { values, rowId, key, start, surplus } = sample;
  const there = Object.entries(values).filter(([, value]) => value !== null);
  const more = surplus.length === 0 ? {} : { _surplus: surplus };
  return { ...Object.fromEntries(there), ...more, _row: rowId, _key: key, _start: start };
}

function textOf(sample: Sample, isTerminal: boolean): string {
  const lines = Object.entries(objectOf(sample)).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return isTerminal
      ? `${visible(name)}: ${text.split("\n").map(visible).join("\n  ")}`
      : `${name}: ${text}`;
  });
  return `${lines.join("\n")}\n`;
}

/** Saves files under names that no cell chooses. */
async function saveFiles(sample: Sample, directory: string, { terminal }: Context): Promise<void> {
  await need({ name: "write", path: directory }, `--allow-write=${directory}`);
  await Deno.mkdir(directory, { recursive: true });
  for (const [i, file] of (await sample.files()).entries()) {
    const result = await file.read();
    if (result === null) continue;
    const extension = /\.[a-z0-9]{1,8}$/i.exec(file.name)?.[0] ?? "";
    const path = `${directory}/${sample.rowId}-${i}${extension}`;
    await Deno.writeFile(path, result.body, { createNew: true });
    await terminal.say(`${path}: ${file.column}, ${file.name}, ${bytesShown(file.size)}`);
  }
}
