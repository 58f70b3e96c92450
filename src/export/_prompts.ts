import { type ChatMessage, chatMessages } from "../reader/chat_message.ts";
import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import { type JudgedRow, textIn } from "./_judged_rows.ts";
import type { TrainingOptions } from "./training_options.ts";

/** A question to a model, and its answer. */
export interface Exchange {
  readonly prompt: readonly ChatMessage[];
  readonly answer: ChatMessage;
  /** What the answer should have been, if a reviewer wrote it. */
  readonly correction: string | undefined;
}

const GOOD = ["good", "Like"];
const BAD = ["wrong", "Dislike"];

/** Reads the exchanges of a dataset. */
export class Prompts {
  /** Whether the dataset is a chat log, of which conversations are read. */
  readonly isChat: boolean;
  readonly #prompt: string;
  readonly #completion: string;
  readonly #good: ReadonlySet<string>;
  readonly #bad: ReadonlySet<string>;

  /**
   * Creates a reader.
   *
   * @throws {TypeError} If a column is unknown, or missing where the dataset is no chat log
   */
  constructor(dataset: Dataset, options: TrainingOptions) {
    const { prompt, completion, good = GOOD, bad = BAD } = options;
    const names = dataset.columns.map(({ name }) => name);
    this.isChat = prompt === undefined && completion === undefined &&
      names.includes("conversation") &&
      names.includes("index");
    this.#prompt = this.isChat ? "conversation" : columnIn(names, prompt, "prompt");
    this.#completion = this.isChat ? "value" : columnIn(names, completion, "completion");
    this.#good = new Set(good);
    this.#bad = new Set(bad);
  }

  /** Whether a row's flag is good or bad; `undefined` if it is neither. */
  labelOf({ flag }: JudgedRow): boolean | undefined {
    return this.#good.has(flag) ? true : this.#bad.has(flag) ? false : undefined;
  }

  /** The exchange in a row, or the reason why there is none. */
  exchangeIn({ sample, corrections }: JudgedRow): Exchange | string {
    if (this.isChat) return chatExchange(sample, corrections.get("value") ?? corrections.get(""));
    const prompt = textIn(sample, this.#prompt);
    const answer = textIn(sample, this.#completion);
    const correction = corrections.get(this.#completion) ?? corrections.get("");
    if (prompt === "") return "the prompt is empty";
    if (answer === "" && correction === undefined) return "the completion is empty";
    return {
      prompt: [{ role: "user", content: prompt }],
      answer: { role: "assistant", content: answer },
      correction,
    };
  }
}

function columnIn(names: readonly string[], column: string | undefined, what: string): string {
  const there = names.map((name) => JSON.stringify(name)).join(", ");
  if (column === undefined) {
    throw new TypeError(
      `Cannot export as the dataset is no chat log: pass ${what}, one of ${there}`,
    );
  }
  if (names.includes(column)) return column;
  throw new TypeError(
    `Cannot export ${what}: there is no column ${JSON.stringify(column)}, but ${there}`,
  );
}

/** The messages before the one that was flagged, and that one. */
function chatExchange(sample: Sample, correction: string | undefined): Exchange | string {
  const text = textIn(sample, "conversation");
  const messages = chatMessages(text);
  if (messages === null) return "the conversation cannot be read";
  const at = messageIndex(text, textIn(sample, "index"));
  const answer = messages[at];
  if (answer === undefined) return "the flagged message is not in the conversation";
  if (answer.role !== "assistant") return "the flagged message is not the assistant's";
  if (at === 0) return "there is no message before the flagged one";
  return { prompt: messages.slice(0, at), answer, correction };
}

/** The place of a message: its index, or in Gradio's pairs its turn and its place in the turn. */
function messageIndex(conversation: string, index: string): number {
  let at: unknown;
  let turns: unknown[];
  try {
    at = JSON.parse(index);
    turns = JSON.parse(conversation);
  } catch {
    return -1;
  }
  if (!Array.isArray(turns[0])) return typeof at === "number" ? at : Array.isArray(at) ? at[0] : -1;
  const [turn, place = 1] = Array.isArray(at) ? at : [at];
  const before = turns.slice(0, turn).flat().filter((message) => message !== null).length;
  const [user] = turns[turn] as unknown[] ?? [];
  return before + (place === 1 && user !== null ? 1 : 0);
}
