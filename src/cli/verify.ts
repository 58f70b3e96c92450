import type { Formulas } from "../csv/formulas.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { progressOf } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, sourceOf } from "./_source.ts";

/** Looks for damage. */
export const command: Command = {
  summary: "look for damage, gaps, doubled ids and missing files; changes nothing",
  usage: "[SOURCE]",
  flags: {
    files: { help: "also look for missing, empty and orphaned files" },
    json: { help: "print JSON Lines" },
    ...DATASET_FLAGS,
  },
  example: "flagstone verify ./flagged --files",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const { storage, directory } = await sourceOf(source, context);
    const { verify } = await import("../upkeep/verify.ts");
    const columns = ["severity", "kind", "key", "start", "message"];
    const output = new RowsOutput(terminal, columns, { json: flags.has("json") });
    const options = {
      files: flags.has("files"),
      columns: flags.list("columns"),
      formulas: flags.text("formulas") as Formulas | undefined,
      onProgress: progressOf(terminal),
      signal,
    };
    const counts = { error: 0, notice: 0 };
    for await (
      const { severity, kind, key, start, message } of verify(storage, directory, options)
    ) {
      counts[severity]++;
      await output.add([severity, kind, key, start ?? "", message]);
    }
    await output.flush();
    await terminal.say(`${counts.error} errors, ${counts.notice} notices`);
    return counts.error > 0 ? EXIT.findings : EXIT.done;
  },
};
