import type { ChatMessage } from "../reader/chat_message.ts";
import type { Sample } from "../reader/sample.ts";
import { textIn } from "./_brief.ts";

/**
 * The number of the message that a row of `ChatCSVLogger` or Gradio judges; -1 if it is about none. Its
 * column `index` has the number, or the turn and the place in the turn.
 */
export function judgedMessage(
  sample: Pick<Sample, "values">,
  conversation: string,
  messages: readonly ChatMessage[],
): number {
  const index = textIn(sample, "index").trim();
  if (/^\d{1,9}$/.test(index)) return Number(index) < messages.length ? Number(index) : -1;
  const [, turn, place] = /^[[(](\d{1,9}), ?([01])[\])]$/.exec(index) ?? [];
  if (turn === undefined) return -1;
  const turns: unknown = JSON.parse(conversation);
  if (!Array.isArray(turns) || !Array.isArray(turns[Number(turn)])) {
    return Number(turn) * 2 + Number(place);
  }
  const earlier = [
    ...turns.slice(0, Number(turn)).flat(),
    ...turns[Number(turn)].slice(0, Number(place)),
  ];
  return earlier.filter((content) => content !== null).length; // empty halves are no messages
}
