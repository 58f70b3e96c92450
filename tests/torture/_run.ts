// Runs one torture: _run.ts NAME EFFORT (the effort is JSON). Exits with 1 if a promise was
// broken.
// deno-lint-ignore-file no-console -- it reports on a terminal
import { TORTURES } from "./_all.ts";
import { type Effort, isClean, lineOf, type Torture } from "./_verdict.ts";

/** Runs a torture, prints each verdict, and resolves with whether every promise was kept. */
export async function runHere(torture: Torture, effort: Effort): Promise<boolean> {
  let isAllClean = true;
  try {
    for await (const verdict of torture.run(effort)) {
      console.log(lineOf(verdict));
      isAllClean &&= isClean(verdict);
    }
  } catch (error) {
    console.log(`FAIL ${torture.name}: it ended:`, error);
    return false;
  }
  return isAllClean;
}

if (import.meta.main) {
  const [name, effort = ""] = Deno.args;
  const torture = TORTURES.find((one) => one.name === name)!;
  Deno.exit(await runHere(torture, JSON.parse(effort)) ? 0 : 1);
}
