// Validators of formats, written from their public rules.

const ROLES = ["system", "user", "assistant", "developer", "tool"];

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isMessages(value: unknown): value is { role: string; content: string }[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((message) =>
      ROLES.includes(message?.role) && isText(message?.content) &&
      Object.keys(message).every((key) => key === "role" || key === "content")
    );
}

function keysAre(value: unknown, keys: readonly string[]): boolean {
  return JSON.stringify(Object.keys(Object(value)).sort()) === JSON.stringify(keys.toSorted());
}

/** TRL: standard rows have texts, conversational ones lists of messages, all of one kind. */
function areAlike(values: readonly unknown[]): boolean {
  return values.every(isText) || values.every(isMessages);
}

/** Returns what is wrong with rows for TRL's KTOTrainer (unpaired preference). */
export function mistakeInKto(rows: readonly unknown[]): string | undefined {
  // deno-lint-ignore no-explicit-any -- it is being checked
  const wrong = (rows as any[]).findIndex((row) =>
    !keysAre(row, ["prompt", "completion", "label"]) || typeof row.label !== "boolean" ||
    !areAlike([row.prompt, row.completion]) ||
    isMessages(row.prompt) && row.prompt.at(-1)!.role === "assistant" ||
    isMessages(row.completion) &&
      row.completion.some(({ role }: { role: string }) => role !== "assistant")
  );
  return wrong < 0 ? undefined : `row ${wrong}: ${JSON.stringify(rows[wrong])}`;
}

/** Returns what is wrong with rows for TRL's DPOTrainer (explicit prompts). */
export function mistakeInDpo(rows: readonly unknown[]): string | undefined {
  // deno-lint-ignore no-explicit-any -- it is being checked
  const wrong = (rows as any[]).findIndex((row) =>
    !keysAre(row, ["prompt", "chosen", "rejected"]) ||
    !areAlike([row.prompt, row.chosen, row.rejected]) ||
    JSON.stringify(row.chosen) === JSON.stringify(row.rejected)
  );
  return wrong < 0 ? undefined : `row ${wrong}: ${JSON.stringify(rows[wrong])}`;
}

/** Returns what is wrong with rows for OpenAI's supervised fine-tuning of chat models. */
export function mistakeInOpenAI(rows: readonly unknown[]): string | undefined {
  // deno-lint-ignore no-explicit-any -- it is being checked
  const wrong = (rows as any[]).findIndex((row) =>
    !keysAre(row, ["messages"]) || !isMessages(row.messages) ||
    row.messages.at(-1)!.role !== "assistant" ||
    row.messages.slice(1).some(({ role }: { role: string }) => role === "system") ||
    !row.messages.some(({ role }: { role: string }) => role === "user")
  );
  return wrong < 0 ? undefined : `row ${wrong}: ${JSON.stringify(rows[wrong])}`;
}

/** Returns what is wrong with a list of tasks for Label Studio: objects with `data`. */
export function mistakeInLabelStudio(tasks: unknown): string | undefined {
  if (!Array.isArray(tasks)) return "it is no list";
  const wrong = tasks.findIndex((task) =>
    !keysAre(task, ["data"]) || Object(task.data) !== task.data || Array.isArray(task.data)
  );
  return wrong < 0 ? undefined : `task ${wrong}`;
}

/**
 * Returns what is wrong with a directory for `load_dataset("imagefolder")`: the card names the files of
 * each split, each split has one metadata.jsonl, whose file names are relative to it and exist.
 */
export function mistakeInImageFolder(files: Readonly<Record<string, string>>): string | undefined {
  const card = files["README.md"] ?? "";
  const [, yaml] = /^---\n([^]*?)\n---\n/.exec(card) ?? [];
  if (yaml === undefined) return "the card has no YAML";
  const splits = [...yaml.matchAll(/- split: (\w+)\n\s+path: "([^"]+)"/g)];
  if (splits.length === 0) return "the card names no split";
  if (!/drop_labels: true/.test(yaml)) return "folders would become labels";
  const named = new Set(["README.md"]);
  for (const [, split, path] of splits) {
    if (path !== `${split}/**`) return `the split ${split} is ${path}`;
    const text = files[`${split}/metadata.jsonl`];
    if (text === undefined) return `the split ${split} has no metadata.jsonl`;
    named.add(`${split}/metadata.jsonl`);
    for (const line of text.split("\n").filter((line) => line !== "")) {
      const entries = Object.entries(JSON.parse(line)).filter(([key]) => /_file_names?$/.test(key));
      for (const [key, value] of entries) {
        if (key.endsWith("_file_names") !== Array.isArray(value)) return `${key} is ${value}`;
        for (const name of [value].flat()) {
          if (name === null) continue;
          if (!(`${split}/${name}` in files)) return `${name} is not there`;
          named.add(`${split}/${name}`);
        }
      }
    }
  }
  const other = Object.keys(files).find((path) => !named.has(path));
  return other === undefined ? undefined : `nothing names ${other}`;
}
