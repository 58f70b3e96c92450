// Flags rows in a separate process: _memory_child.ts DIR ROWS... and prints, as JSON, the process's
// memory in bytes after each number of rows.
// deno-lint-ignore-file no-console -- its output is its answer
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { COMPONENTS, sampleAt } from "./_samples.ts";

const AT_ONCE = 16;

async function flagRows(logger: CSVLogger, from: number, to: number): Promise<void> {
  for (let row = from; row < to; row += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, to - row) }, (_, i) => {
      const { data, option, username } = sampleAt(row + i);
      return logger.flag(data, option, username);
    }));
  }
}

if (import.meta.main) {
  const [root = "", ...stops] = Deno.args;
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  await logger.setup(COMPONENTS, "");
  const resident: number[] = [];
  let flagged = 0;
  for (const stop of stops.map(Number)) {
    await flagRows(logger, flagged, stop);
    flagged = stop;
    resident.push(Deno.memoryUsage().rss);
  }
  console.log(JSON.stringify(resident));
}
