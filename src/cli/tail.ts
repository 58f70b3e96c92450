import { encodeRow } from "../csv/encode.ts";
import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import type { Command, Context } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { CursorFile } from "./_cursor_file.ts";
import { DamageCount, numberIn, ROWS_FLAGS, selected, valuesIn } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf, need } from "./_source.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

const BATCH_MS = 100;
const BATCH_ROWS = 1000;

/** Prints the last rows, and those that come in. */
export const command: Command = {
  summary: "print the last rows; with -f also those that come in",
  usage: "[SOURCE]",
  flags: {
    n: { value: "N", help: "how many rows (default: 10; with --cursor-file all that are new)" },
    follow: { short: "f", help: "wait for further rows until Ctrl-C" },
    "cursor-file": {
      value: "FILE",
      help: "go on after the rows of the last run, which it notes there",
    },
    output: {
      short: "o",
      value: "FILE",
      help: "append to FILE; with --cursor-file each row is in it once, also if a run is killed",
    },
    interval: { value: "MS", help: "the time between two looks of -f (default: 1000)" },
    ...ROWS_FLAGS,
    ...FILTER_FLAGS,
    ...DATASET_FLAGS,
  },
  example: "flagstone tail ./flagged -f --cursor-file seen.json --output new.csv",
  async run(context) {
    const { args: [source = "./flagged"], flags } = context;
    const cursorPath = flags.text("cursor-file");
    const outputPath = flags.text("output");
    if (outputPath !== undefined && cursorPath === undefined) {
      throw new CommandError("--output needs --cursor-file, which notes what FILE has");
    }
    const dataset = await datasetOf(source, context);
    if (cursorPath === undefined) return await printLast(dataset, context);
    for (const path of [cursorPath, outputPath]) {
      if (path !== undefined) await need({ name: "write", path }, `--allow-write=${path}`);
    }
    const file = await CursorFile.open(cursorPath, outputPath);
    try {
      return await printNew(dataset, context, file);
    } finally {
      file.close();
    }
  },
};

/** Prints the last rows by time, then those that come in. */
async function printLast(dataset: Dataset, context: Context): Promise<number> {
  const { flags, terminal, signal } = context;
  const columns = selected(dataset, context);
  const damage = new DamageCount(terminal);
  const output = new RowsOutput(terminal, columns, { json: flags.has("json") });
  const filter = filterOf(flags);
  const limit = numberIn(context, "n", 10);
  if (!flags.has("follow")) {
    const rows = await Array.fromAsync(
      dataset.rows({ ...filter, ...damage, order: "-timestamp", limit, signal }),
    );
    for (const sample of rows.reverse()) await output.add(valuesIn(sample, columns));
    await output.flush();
    return rows.length === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  }
  if (filter.current) throw new CommandError("-f cannot be combined with --current");
  const last: Sample[] = [];
  for await (const sample of dataset.rows({ ...filter, ...damage, signal })) {
    last.push(sample);
    if (last.length > limit) last.shift();
  }
  for (const sample of last) await output.add(valuesIn(sample, columns));
  await output.flush();
  const after = last.at(-1)?.cursor;
  const intervalMs = numberIn(context, "interval", 1000);
  const following = { ...filter, ...damage, after, follow: true, intervalMs, signal };
  for await (const sample of dataset.rows(following)) {
    await output.add(valuesIn(sample, columns));
    await output.flush();
  }
  return EXIT.interrupted;
}

/** Prints the rows after those of the last run, and notes how far it is. */
async function printNew(dataset: Dataset, context: Context, file: CursorFile): Promise<number> {
  const { flags, terminal, signal } = context;
  const columns = selected(dataset, context);
  const damage = new DamageCount(terminal);
  const { current, ...filter } = filterOf(flags);
  if (current) throw new CommandError("--cursor-file cannot be combined with --current");
  const isOutput = flags.text("output") !== undefined;
  const json = flags.has("json");
  const shown = new RowsOutput(terminal, columns, { json });
  const encoder = new TextEncoder();
  let text = isOutput && file.isEmpty && !json ? encodeRow(columns) : "";
  let count = 0;
  let last: Sample | undefined;
  let since = performance.now();
  const flush = async () => {
    if (isOutput) await file.write(encoder.encode(text));
    else await shown.flush();
    text = "";
    if (last !== undefined) await file.save(last.cursor);
    since = performance.now();
  };
  const follow = flags.has("follow");
  const intervalMs = numberIn(context, "interval", 1000);
  const options = { ...filter, ...damage, after: file.cursor, follow, intervalMs, signal };
  for await (const sample of dataset.rows(options)) {
    const values = valuesIn(sample, columns);
    last = sample;
    if (!isOutput) await shown.add(values);
    else text += json ? jsonLine(columns, values) : encodeRow(values.map((value) => value ?? ""));
    // A row that comes alone is noted at once.
    if (++count % BATCH_ROWS === 0 || performance.now() - since > BATCH_MS) await flush();
  }
  await flush();
  if (follow) return EXIT.interrupted;
  return count === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
}

function jsonLine(columns: readonly string[], values: readonly (string | null)[]): string {
  const members = columns.map((name, i) => [name, values[i]] as const);
  return `${JSON.stringify(Object.fromEntries(members.filter(([, value]) => value !== null)))}\n`;
}
