import type { Verdict, Verdicts } from "../export/verdicts.ts";
import { type ChatMessage, chatMessages } from "../reader/chat_message.ts";
import type { Sample } from "../reader/sample.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { ABOUT, textIn } from "./_brief.ts";
import { typeOf } from "./_file.ts";
import { stateOf } from "./_judged.ts";
import { judgedMessage } from "./_judged_message.ts";

const MOST_FILES = 24;
const ANSWERS = ["answer", "output", "response", "completion", "prediction", "reply", "value"];

/** A cell as the page shows it. */
export interface CellView {
  readonly column: string;
  readonly text: string;
  /** The messages, if it is a conversation. */
  readonly messages?: readonly ChatMessage[];
  /** Which of them the row judges; -1 if none. */
  readonly judged?: number;
  readonly files?: readonly FileView[];
}

/** A file as the page shows it. */
export interface FileView {
  readonly name: string;
  readonly size: number;
  /** The media type, if browsers may show it. */
  readonly type: string | null;
}

/** A row as the page shows it. */
export interface SampleView {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
  readonly file: string;
  readonly cells: readonly CellView[];
  readonly surplus: readonly string[];
  /** The column that a correction is most likely about; empty if there is none. */
  readonly answer: string;
  readonly state: string;
  readonly verdicts: readonly Verdict[];
}

/** Returns a row as the page shows it, with its full texts. */
export async function viewOf(
  sample: Sample,
  { storage, verdicts }: { readonly storage: StorageAdapter; readonly verdicts: Verdicts },
): Promise<SampleView> {
  const cells: CellView[] = [];
  for (const [column, text] of Object.entries(sample.values)) {
    if (text !== null) cells.push(await cellOf(sample, column, storage));
  }
  const { rowId, key, start, file, surplus } = sample;
  return {
    ...{ rowId, key, start, file, surplus, cells },
    answer: answerIn(cells),
    state: stateOf(verdicts, rowId),
    verdicts: verdicts.of(rowId),
  };
}

async function cellOf(sample: Sample, column: string, storage: StorageAdapter): Promise<CellView> {
  const text = textIn(sample, column);
  const cell = { column, text };
  if (text === "" || ABOUT.has(column)) return cell;
  const messages = chatMessages(text);
  if (messages !== null) {
    return { ...cell, messages, judged: judgedMessage(sample, text, messages) };
  }
  const refs = (await sample.files(column)).slice(0, MOST_FILES);
  if (refs.length === 0) return cell;
  const files = refs.map(async ({ key, name, size }): Promise<FileView> => {
    const type = await typeOf(storage, key).catch(() => null); // the page shows that it is missing
    return { name, size, type };
  });
  return { ...cell, files: await Promise.all(files) };
}

function answerIn(cells: readonly CellView[]): string {
  const texts = cells.filter(({ column, files }) => !ABOUT.has(column) && files === undefined);
  const named = texts.find(({ column }) => ANSWERS.includes(column.toLowerCase()));
  return (named ?? texts.at(-1))?.column ?? "";
}
