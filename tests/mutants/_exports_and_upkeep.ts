import type { Mutant } from "./mutant.ts";

const TRAINING = "The formats for training are those that the trainers read";
const REPEATED = "`repair`, `purge`, `copy` and `import gradio` can be repeated";
const PURGED = "After `purge` no byte of the person is left";
const VERIFIED = "`verify` finds damage, missing files";

/** Breakages of the promises on exports, on the command line and on upkeep. */
export const exportsAndUpkeep: readonly Mutant[] = [
  {
    breaks: TRAINING,
    hurt: "A chat is trained on with the messages after the flagged one.",
    file: "export/_prompts.ts",
    replace: `prompt: messages.slice(0, at)`,
    by: `prompt: messages`,
    test: [
      "export/training_test.ts",
      "exportKto() writes chats up to the flagged message, of both forms that Gradio has",
    ],
  },
  {
    breaks: TRAINING,
    hurt: "Bad answers are trained on as good ones.",
    file: "export/openai.ts",
    replace: `if (correction === undefined && prompts.labelOf(row) !== true) {`,
    by: `if (correction === undefined && prompts.labelOf(row) === undefined) {`,
    test: [
      "export/training_test.ts",
      "exportOpenAI() writes good answers that end with the assistant",
    ],
  },
  {
    breaks: TRAINING,
    hurt: "Equal prompts are in the training and in the test split.",
    file: "export/hugging_face.ts",
    replace: `splitFor(textIn(row.sample, splitBy), splits)`,
    by: `splitFor(row.sample.rowId, splits)`,
    test: [
      "export/rows_test.ts",
      "exportHuggingFace() writes a directory that names each file, and each split",
    ],
  },
  {
    breaks: "Values of a Parquet file read back",
    hurt: "Timestamps lose their last three digits.",
    file: "export/_parquet_schema.ts",
    replace: `return time === -Infinity ? undefined : BigInt(time);`,
    by: `return time === -Infinity ? undefined : BigInt(Math.floor(time / 1000) * 1000);`,
    test: [
      "export/parquet_test.ts",
      "exportParquet() writes values that DuckDB, parquet-wasm and hyparquet read as they were",
    ],
  },
  {
    breaks: "Reviewers' verdicts outrank users' flags",
    hurt: "A verdict that was taken back still counts.",
    file: "export/verdicts.ts",
    replace: `[...known.values()].filter((verdict) => !isEmpty(verdict))`,
    by: `[...known.values()].filter(({ flag }) => flag !== "")`,
    test: [
      "export/training_test.ts",
      "verdicts of reviewers outrank the users' flags, and corrections the answers",
    ],
  },
  {
    breaks: "A file of an export gets its name once it is whole",
    hurt: "Ctrl-C leaves half a training set.",
    file: "cli/_staged_file.ts",
    replace: "const staged = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;",
    by: `const staged = path;
    Deno.openSync(path + ".part", { write: true, create: true }).close();
    Deno.removeSync(path);`,
    test: [
      "cli/process_test.ts",
      "flagstone export leaves no half file after Ctrl-C, on a full disk, and over an old one",
    ],
  },
  {
    breaks: "What was flagged cannot drive a terminal",
    hurt: "A flagged text turns the direction of the operator's terminal.",
    file: "cli/_visible.ts",
    replace: ".replace(INVISIBLE, (found) => `\\\\u{${hexOf(found, 4)}}`)",
    by: "",
    test: [
      "cli/reading_test.ts",
      "flagstone prints nothing to a terminal that could drive it, whatever is flagged",
    ],
  },
  {
    breaks: "`flagstone tail -f --cursor-file --output` writes each row once",
    hurt: "Rows are written again after a kill.",
    file: "cli/_cursor_file.ts",
    replace: `await output.truncate(length);`,
    by: ``,
    test: [
      "cli/process_test.ts",
      "flagstone tail --cursor-file repeats what was killed before it was noted, and refuses other files",
    ],
  },
  {
    breaks: VERIFIED,
    hurt: "A missing file is not noticed.",
    file: "upkeep/verify.ts",
    replace: `if (found === "missing") {`,
    by: `if (found === "gone") {`,
    test: [
      "upkeep/verify_test.ts",
      "verify() finds missing, empty and orphaned files if it is asked to",
    ],
  },
  {
    breaks: "`repair` loses no byte",
    hurt: "Half a row is gone for good.",
    file: "upkeep/repair.ts",
    replace: `await keepAside(storage, again);`,
    by: `await again.body.cancel();`,
    test: ["upkeep/repair_test.ts", "repair() mends …, and loses no byte: …"],
  },
  {
    breaks: PURGED,
    hurt: "A torn row of the person stays.",
    file: "upkeep/purge.ts",
    replace: `let removed = doomed.size + await removeAsides(pass, found);`,
    by: `let removed = doomed.size;`,
    test: [
      "upkeep/purge_test.ts",
      "purge() leaves no byte of the person, and all of the others: …",
    ],
  },
  {
    breaks: PURGED,
    hurt: "A picture of another person is deleted.",
    file: "upkeep/purge.ts",
    replace:
      `for (const key of candidateKeys(path, { directory, directoryName: "" })) doomed.delete(key);`,
    by: `void path;`,
    test: [
      "upkeep/purge_test.ts",
      "purge() removes one row by its rowId or its id, and keeps a file that another row names",
    ],
  },
  {
    breaks: REPEATED,
    hurt: "A purge that is killed leaves files that no row names.",
    file: "upkeep/purge.ts",
    replace: `    found.files.add(key);
    if (apply) await storage.delete(key);`,
    by: `    found.files.add(key);
    if (apply) setTimeout(() => void storage.delete(key).catch(() => {}), 50);`,
    test: ["upkeep/purge_test.ts", "purge() can be repeated after it was killed at any call"],
  },
  {
    breaks: REPEATED,
    hurt: "A second import adds every row again.",
    file: "upkeep/import_gradio.ts",
    replace: `const id = { column: "id", cell: sample.rowId };`,
    by: `const id = { column: "id", cell: crypto.randomUUID() };`,
    test: [
      "upkeep/import_test.ts",
      "importGradio() can be repeated after it was killed at any call",
    ],
  },
  {
    breaks: "`copy` replaces and deletes nothing",
    hurt: "Rows of the destination are overwritten.",
    file: "upkeep/copy.ts",
    replace: `if (!startsWith(now, old)) return "different";`,
    by: `if (!startsWith(now, old) && apply) {
      await target.delete(to + name);
      await create(source.storage, target, { key, target: to + name, size });
      return "copied";
    }`,
    test: [
      "upkeep/copy_test.ts",
      "copy() leaves what differs as it is, and check() says which",
    ],
  },
];
