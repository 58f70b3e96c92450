import type { Dataset } from "../reader/dataset.ts";
import { judgedRows } from "./_judged_rows.ts";
import { Prompts } from "./_prompts.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export } from "./export.ts";
import type { TrainingOptions } from "./training_options.ts";

/**
 * Options of {@linkcode exportOpenAI}.
 *
 * @category Exports
 */
export interface OpenAIOptions extends TrainingOptions {
  /** The text of a system message to begin each example with. @default {none} */
  readonly system?: string | undefined;
}

/**
 * Exports good answers as JSON Lines `{ messages }`, as OpenAI's fine-tuning reads them. Each example ends
 * with the assistant's answer, or with its correction. Other rows are skipped.
 *
 * @throws {TypeError} If a column is unknown or missing
 * @category Exports
 */
export function exportOpenAI(dataset: Dataset, options: OpenAIOptions = {}): Export {
  const tally = new Tally();
  const prompts = new Prompts(dataset, options);
  const system = options.system === undefined ? [] : [{ role: "system", content: options.system }];
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const row of judgedRows(dataset, options, tally)) {
      const exchange = prompts.exchangeIn(row);
      if (typeof exchange === "string") {
        tally.skip(exchange);
        continue;
      }
      const { prompt, answer, correction } = exchange;
      if (correction === undefined && prompts.labelOf(row) !== true) {
        tally.skip(
          prompts.labelOf(row) === false
            ? "the answer is bad"
            : `the flag is ${JSON.stringify(row.flag)}`,
        );
        continue;
      }
      tally.rows++;
      const last = { role: "assistant", content: correction ?? answer.content };
      yield `${JSON.stringify({ messages: [...system, ...prompt, last] })}\n`;
    }
  }
  const file = { path: "openai.jsonl", contentType: "application/x-ndjson" };
  return oneFile(tally, file, () => textStream(lines()));
}
