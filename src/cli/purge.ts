import type { PurgeTarget } from "../upkeep/purge.ts";
import type { Command, Flags } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { APPLY_FLAG, sayDryRun } from "./_maintenance.ts";
import { RowsOutput } from "./_rows_output.ts";
import { SOURCE_FLAGS, sourceOf } from "./_source.ts";

/** Removes a person's rows. */
export const command: Command = {
  summary: "remove the rows of a person, or one row, with their files and verdicts",
  usage: "[SOURCE]",
  flags: {
    username: { value: "NAME", help: "all rows of this person" },
    row: { value: "ROWID", help: "the row with this row id" },
    id: { value: "ID", help: "the row with this text in its column id" },
    verdicts: {
      value: "DIR",
      many: true,
      help: "further directories of verdicts in the same storage",
    },
    ...APPLY_FLAG,
    json: { help: "print JSON Lines" },
    ...SOURCE_FLAGS,
  },
  example: "flagstone purge ./flagged --username ada --yes",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    const target = targetIn(flags);
    const apply = flags.has("yes");
    const { storage, directory } = await sourceOf(source, context, { write: apply });
    const { purge } = await import("../upkeep/purge.ts");
    const verdicts = [`${directory}verdicts`, ...flags.texts("verdicts")];
    const report = await purge(storage, directory, target, { apply, verdicts, signal });
    const output = new RowsOutput(terminal, ["what", "key", "rows"], { json: flags.has("json") });
    for (const [key, count] of Object.entries(report.rows)) await output.add(["rows", key, count]);
    for (const key of report.files) await output.add(["file", key, ""]);
    for (const key of report.asides) await output.add(["torn rows", key, ""]);
    await output.flush();
    const isEmpty =
      Object.keys(report.rows).length + report.files.length + report.asides.length === 0;
    for (const sentence of isEmpty ? [] : report.unreachable) {
      await terminal.say(`Not reached: ${sentence}`);
    }
    await sayDryRun(context, isEmpty);
    return isEmpty ? EXIT.findings : EXIT.done;
  },
};

function targetIn(flags: Flags): PurgeTarget {
  const found: PurgeTarget[] = [];
  const [username, rowId, id] = [flags.text("username"), flags.text("row"), flags.text("id")];
  if (username !== undefined) found.push({ username });
  if (rowId !== undefined) found.push({ rowId });
  if (id !== undefined) found.push({ id });
  if (found.length === 1) return found[0]!;
  throw new CommandError("Name whose rows to remove: --username NAME, --row ROWID or --id ID");
}
