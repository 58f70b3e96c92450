import { chatMessages } from "../reader/chat_message.ts";
import type { Sample } from "../reader/sample.ts";

const MOST_TITLE = 160;
/** Cells that are longer are not searched for a picture, nor read as a conversation. */
const MOST_READ = 100_000;
/** Columns that say something about the sample, and are not part of it. */
export const ABOUT: ReadonlySet<string> = new Set(
  ["flag", "username", "timestamp", "id", "subject", "replaces", "reason", "comment", "index"],
);
const PICTURE = /\.(?:png|jpe?g|gif|webp|avif)(?=["\s]|$)/i;
const PATH = /^[^\s"{[]+\/[^\n"]*\.\w{1,5}$/;

/** A row as a list shows it. */
export interface Brief {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
  readonly file: string;
  readonly title: string;
  readonly flag: string;
  readonly username: string;
  readonly time: string;
  /** The column with a picture; `null` if none seems to have one. */
  readonly picture: string | null;
}

/** Returns a row as a list shows it, with its texts shortened. */
export function briefOf(sample: Sample): Brief {
  const { rowId, key, start, file, values } = sample;
  const cells = Object.entries(values).filter((cell): cell is [string, string] =>
    cell[1] !== null && cell[1] !== "" && !ABOUT.has(cell[0])
  );
  const picture = cells.find(([, text]) => isPicture(text))?.[0] ?? null;
  const text = cells.find(([, text]) => !PATH.test(text.slice(0, MOST_TITLE * 2)))?.[1];
  const title = text === undefined ? cells[0]?.[1].replace(/^.*\//, "") ?? "" : titleOf(text);
  return {
    ...{ rowId, key, start, file, picture },
    title: shortened(title),
    flag: shortened(textIn(sample, "flag")),
    username: shortened(textIn(sample, "username")),
    time: shortened(textIn(sample, "timestamp")),
  };
}

/** The text of a row in a column; empty if there is none. */
export function textIn({ values }: Pick<Sample, "values">, column: string): string {
  return Object.hasOwn(values, column) ? values[column] ?? "" : "";
}

function isPicture(text: string): boolean {
  if (text.length > MOST_READ) return false;
  const isPath = PATH.test(text) || text[0] === "{" && text.includes('"path"');
  return isPath && PICTURE.test(text);
}

function titleOf(text: string): string {
  const messages = text.length > MOST_READ ? null : chatMessages(text);
  if (messages === null) return text;
  return (messages.find(({ role }) => role === "user") ?? messages[0])?.content ?? "";
}

function shortened(text: string): string {
  if (text.length <= MOST_TITLE) return text;
  return `${text.slice(0, MOST_TITLE).toWellFormed()}…`;
}
