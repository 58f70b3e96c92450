import type { Command } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { APPLY_FLAG, sayDryRun } from "./_maintenance.ts";
import { rowsShown } from "./_rows.ts";
import { need, SOURCE_FLAGS, sourceOf } from "./_source.ts";

/** Imports what Gradio flagged. */
export const command: Command = {
  summary: "import what the Gradio apps below a directory flagged",
  usage: "gradio DIR DESTINATION",
  flags: { ...APPLY_FLAG, ...SOURCE_FLAGS },
  example: "flagstone import gradio ./my-app ./flagged --yes",
  async run(context) {
    const { args: [what, from, to], flags, terminal, signal } = context;
    if (what !== "gradio" || from === undefined || to === undefined) {
      throw new CommandError("Name what to import: flagstone import gradio DIR DESTINATION");
    }
    const apply = flags.has("yes");
    await need({ name: "read", path: from }, `--allow-read=${from}`);
    const destination = await sourceOf(to, context, { write: apply });
    const { importGradio } = await import("../upkeep/import_gradio.ts");
    const report = await importGradio(from, destination, { apply, signal });
    for (const directory of report.directories) await terminal.say(`Read ${directory}`);
    const { rows, files, rejected } = report;
    await terminal.print(`${rowsShown(rows)}, ${files} files, ${rejected} rejected\n`);
    await sayDryRun(context, false);
    return rejected > 0 ? EXIT.partly : EXIT.done;
  },
};
