import type { Context } from "./command.ts";

/** The flag of commands that change something. */
export const APPLY_FLAG = {
  yes: { help: "do it; without this flag, only show what would be done" },
} as const;

/** Says that nothing was done. */
export async function sayDryRun({ flags, terminal }: Context, isEmpty: boolean): Promise<void> {
  if (!flags.has("yes") && !isEmpty) await terminal.say("Nothing was changed: pass --yes to do it");
}
