import type { ChatMessage } from "../reader/chat_message.ts";
import type { Dataset } from "../reader/dataset.ts";
import { judgedRows } from "./_judged_rows.ts";
import { Prompts } from "./_prompts.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export } from "./export.ts";
import type { TrainingOptions } from "./training_options.ts";

/** The answers to a prompt that wait for one of the other kind. */
interface Waiting {
  readonly good: string[];
  readonly bad: string[];
}

/**
 * Exports pairs of answers as JSON Lines `{ prompt, chosen, rejected }`, as TRL's DPO trainer reads them: a
 * correction is chosen and the answer rejected; else a good and a bad answer to an equal prompt make a
 * pair. Of a chat log, all three are lists of messages. Answers without a counterpart are skipped. Keeps the
 * prompts and the answers that wait for one in memory.
 *
 * @throws {TypeError} If a column is unknown or missing
 * @category Exports
 */
export function exportDpo(dataset: Dataset, options: TrainingOptions = {}): Export {
  const tally = new Tally();
  const prompts = new Prompts(dataset, options);
  const line = (prompt: readonly ChatMessage[], chosen: string, rejected: string) => {
    tally.rows++;
    const answer = (content: string) => prompts.isChat ? [{ role: "assistant", content }] : content;
    const asked = prompts.isChat ? prompt : prompt[0]!.content;
    const pair = { prompt: asked, chosen: answer(chosen), rejected: answer(rejected) };
    return `${JSON.stringify(pair)}\n`;
  };
  async function* lines(): AsyncGenerator<string, void, undefined> {
    const waiting = new Map<string, Waiting>();
    for await (const row of judgedRows(dataset, options, tally)) {
      const exchange = prompts.exchangeIn(row);
      if (typeof exchange === "string") {
        tally.skip(exchange);
        continue;
      }
      const { prompt, answer: { content }, correction } = exchange;
      if (correction !== undefined) {
        if (content === "" || content === correction) {
          tally.skip("the correction equals the answer");
        } else yield line(prompt, correction, content);
        continue;
      }
      const isGood = prompts.labelOf(row);
      if (isGood === undefined) {
        tally.skip(`the flag is ${JSON.stringify(row.flag)}`);
        continue;
      }
      const asked = JSON.stringify(prompt);
      const others = waiting.get(asked) ?? { good: [], bad: [] };
      waiting.set(asked, others);
      const counterparts = isGood ? others.bad : others.good;
      const at = counterparts.findIndex((other) => other !== content);
      if (at < 0) (isGood ? others.good : others.bad).push(content);
      else {
        const [other] = counterparts.splice(at, 1);
        yield isGood ? line(prompt, content, other!) : line(prompt, other!, content);
      }
    }
    for (const { good, bad } of waiting.values()) {
      for (const _ of good) tally.skip("no bad answer to the prompt");
      for (const _ of bad) tally.skip("no good answer to the prompt");
    }
  }
  const file = { path: "dpo.jsonl", contentType: "application/x-ndjson" };
  return oneFile(tally, file, () => textStream(lines()));
}
