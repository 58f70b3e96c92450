import { run } from "./_run.ts";
import { realSurroundings } from "./_surroundings.ts";

/**
 * Runs a command line on the terminal of this process, until Ctrl-C.
 *
 * @param args The command, its arguments and flags, such as `["count", "./flagged"]`
 * @returns The exit code: 0 if it is done, 1 if there are findings or nothing was found, 2 for a wrong
 * command line, 3 if rows were skipped with `--strict`, 10 without a dataset, 11 if another maintenance
 * runs, 12 if it is refused for safety, 130 after Ctrl-C
 * @category Command line
 */
export async function main(args: readonly string[]): Promise<number> {
  const control = new AbortController();
  const stop = () => control.abort();
  Deno.addSignalListener("SIGINT", stop);
  try {
    return await run(args, realSurroundings(), control.signal);
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}
