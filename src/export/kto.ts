import type { Dataset } from "../reader/dataset.ts";
import { judgedRows } from "./_judged_rows.ts";
import { type Exchange, Prompts } from "./_prompts.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export } from "./export.ts";
import type { TrainingOptions } from "./training_options.ts";

/**
 * Exports good and bad answers as JSON Lines `{ prompt, completion, label }`, as TRL's KTO trainer reads
 * them. Of a chat log, `prompt` and `completion` are lists of messages. A correction is a good answer, and
 * the corrected answer a bad one. Rows with other flags are skipped; the report counts `good` and `bad`.
 *
 * @throws {TypeError} If a column is unknown or missing
 * @category Exports
 */
export function exportKto(dataset: Dataset, options: TrainingOptions = {}): Export {
  const tally = new Tally();
  const prompts = new Prompts(dataset, options);
  const line = ({ prompt, answer }: Exchange, label: boolean, completion = answer.content) => {
    tally.rows++;
    tally.count(label ? "good" : "bad");
    const texts = prompts.isChat
      ? { prompt, completion: [{ role: "assistant", content: completion }] }
      : { prompt: prompt[0]!.content, completion };
    return `${JSON.stringify({ ...texts, label })}\n`;
  };
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const row of judgedRows(dataset, options, tally)) {
      const exchange = prompts.exchangeIn(row);
      if (typeof exchange === "string") {
        tally.skip(exchange);
        continue;
      }
      const { correction, answer } = exchange;
      const label = correction === undefined ? prompts.labelOf(row) : false;
      if (label === undefined) {
        tally.skip(`the flag is ${JSON.stringify(row.flag)}`);
        continue;
      }
      if (answer.content !== "") yield line(exchange, label);
      if (correction !== undefined) yield line(exchange, true, correction);
    }
  }
  const file = { path: "kto.jsonl", contentType: "application/x-ndjson" };
  return oneFile(tally, file, () => textStream(lines()));
}
