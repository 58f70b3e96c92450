import type { Export, ExportReport } from "../export/export.ts";
import type { Command, Context } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";
import { FORMAT_FLAGS, FORMATS } from "./_formats.ts";
import { nearest } from "./_nearest.ts";
import { DamageCount, progressOf, rowsShown } from "./_rows.ts";
import { DATASET_FLAGS, datasetOf, need } from "./_source.ts";
import { StagedFile } from "./_staged_file.ts";
import { FILTER_FLAGS, filterOf } from "./_where.ts";

/** Exports a dataset. */
export const command: Command = {
  summary: `export as ${Object.keys(FORMATS).join(", ")}`,
  usage: "FORMAT [SOURCE]",
  flags: {
    output: {
      short: "o",
      value: "PATH",
      help: "the file, or the directory of hf (default: stdout)",
    },
    strict: { help: "exit with 3 if rows were skipped" },
    verdicts: { value: "SOURCE", help: "the verdicts of reviewers, which outrank the users'" },
    ...FORMAT_FLAGS,
    ...FILTER_FLAGS,
    ...DATASET_FLAGS,
  },
  example: "flagstone export kto ./flagged --prompt question --completion answer -o kto.jsonl",
  async run(context) {
    const { args: [name, source = "./flagged"], flags, terminal, signal } = context;
    const format = name !== undefined && Object.hasOwn(FORMATS, name) ? FORMATS[name]! : undefined;
    if (format === undefined) throw noFormat(name);
    const output = flags.text("output");
    const toStdout = output === undefined || output === "-";
    if (format.isDirectory && toStdout) {
      throw new CommandError(`"${name}" makes a directory: pass -o DIR`);
    }
    if (!toStdout) await need({ name: "write", path: output }, `--allow-write=${output}`);
    const isTyped = format.isTyped && (name !== "jsonl" || flags.has("types"));
    const dataset = await datasetOf(source, context, isTyped ? { types: "infer" } : {});
    const verdicts = flags.text("verdicts");
    const damage = new DamageCount(terminal);
    const options = {
      ...filterOf(flags),
      ...damage,
      signal,
      ...(verdicts === undefined ? {} : { verdicts: await datasetOf(verdicts, context) }),
      onProgress: progressOf(terminal),
    };
    const made = await format.make(dataset, options, flags);
    if (format.isDirectory) await writeDirectory(made, output!, context);
    else await writeFile(made, toStdout ? null : output, context);
    await terminal.clear();
    await sayReport(made.report, context);
    const skipped = Object.keys(made.report.skipped).length > 0;
    if (skipped && flags.has("strict")) return EXIT.partly;
    return made.report.rows === 0 || damage.count > 0 ? EXIT.findings : EXIT.done;
  },
};

function noFormat(name: string | undefined): CommandError {
  const all = Object.keys(FORMATS);
  const near = name === undefined ? undefined : nearest(name, all);
  const meant = near === undefined ? "" : `: did you mean "${near}"?`;
  return new CommandError(
    name === undefined
      ? `Name a format: ${all.join(", ")}`
      : `There is no format "${name}"${meant || `: use ${all.join(", ")}`}`,
  );
}

/** Writes the only file of an export, under its name once it is whole. */
async function writeFile(made: Export, path: string | null, context: Context): Promise<void> {
  for await (const { body } of made.files) {
    if (path === null) {
      for await (const chunk of body) await context.terminal.write(chunk);
    } else await writeStaged(path, body, context);
  }
}

/** Writes the files of an export into a directory, which gets its name once all are there. */
async function writeDirectory(made: Export, path: string, context: Context): Promise<void> {
  const isThere = await Deno.stat(path).then(() => true, () => false);
  if (isThere) throw new CommandError(`${path} exists: name a new directory`, EXIT.refused);
  const staged = `${path.replace(/[/\\]+$/, "")}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    for await (const { path: below, body } of made.files) {
      const file = `${staged}/${below}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await writeStaged(file, body, context);
    }
    await Deno.rename(staged, path);
  } catch (error) {
    await Deno.remove(staged, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function writeStaged(
  path: string,
  body: ReadableStream<Uint8Array>,
  { signal }: Context,
): Promise<void> {
  using file = await StagedFile.create(path);
  for await (const chunk of body) {
    signal.throwIfAborted();
    await file.write(chunk);
  }
  await file.finish();
}

async function sayReport(
  { rows, skipped, counts }: ExportReport,
  { terminal }: Context,
): Promise<void> {
  const further = Object.entries(counts).map(([what, count]) => `, ${count} ${what}`).join("");
  await terminal.say(`${rowsShown(rows)} exported${further}`);
  for (const [reason, count] of Object.entries(skipped)) {
    await terminal.say(`${count} skipped: ${reason}`);
  }
}
