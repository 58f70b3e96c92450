/**
 * A message of a conversation.
 *
 * @category Reading
 */
export interface ChatMessage {
  /** Who wrote it: `"user"`, `"assistant"` or `"system"`. */
  readonly role: string;
  /** The text; other content is its JSON. */
  readonly content: string;
}

/**
 * Reads a conversation: messages with `role` and `content`, or Gradio's older pairs of a user's and a
 * bot's message. Returns `null` if the text is none.
 */
export function chatMessages(text: string): ChatMessage[] | null {
  if (text[0] !== "[") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const messages: ChatMessage[] = [];
  for (const item of value) {
    if (Array.isArray(item) && item.length === 2) {
      if (item[0] !== null) messages.push({ role: "user", content: contentOf(item[0]) });
      if (item[1] !== null) messages.push({ role: "assistant", content: contentOf(item[1]) });
    } else if (typeof item?.role === "string" && "content" in item) {
      messages.push({ role: item.role, content: contentOf(item.content) });
    } else return null;
  }
  return messages;
}

function contentOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}
