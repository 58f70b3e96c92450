// A toy chat: it knows a few questions, and one of its answers is wrong.

/** A question and its answer. */
export interface Exchange {
  /** Identifies the question in the page's address, and the answer in the dataset. */
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** One message of a conversation, as chat models have it. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What the chat knows. */
export const exchanges: readonly Exchange[] = [
  { id: "moons", question: "Which planet has the most moons?", answer: "Jupiter." }, // it is Saturn
  {
    id: "saturn",
    question: "Not Saturn?",
    answer: "Saturn, you are right: more than two hundred are known.",
  },
  {
    id: "moon",
    question: "How far away is the Moon?",
    answer: "About 384,000 kilometres on average.",
  },
  { id: "pluto", question: "Is Pluto a planet?", answer: "Since 2006 it is a dwarf planet." },
];

/** How the conversation begins. */
export const FIRST: readonly string[] = ["moons", "saturn"];

/** Returns the exchanges with these ids, each once and in this order. */
export function conversationOf(ids: readonly string[]): Exchange[] {
  return [...new Set(ids)].flatMap((id) => exchanges.filter((exchange) => exchange.id === id));
}

/** Returns the messages of a conversation. */
export function messagesOf(conversation: readonly Exchange[]): Message[] {
  return conversation.flatMap(({ question, answer }): Message[] => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
}
