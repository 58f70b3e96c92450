// The two endpoints of the demo, and the tickets that its page sends back.
import { file, value } from "@flagstone/flagging";
import { createFeedback, type FeedbackEndpoint, sealTicket } from "@flagstone/flagging/http";
import { type Exchange, messagesOf } from "./_demo_chat.ts";
import type { Picture } from "./_demo_image.ts";

const pictureComponents = { prompt: value<string>(), picture: file() };
// The columns of Gradio's ChatCSVLogger come first.
const messageComponents = {
  conversation: value(),
  index: value<number>(),
  value: value<string>(),
};

/** What the endpoint and the form of the image model have in common. */
export const imageForm = {
  options: ["good", "wrong colour", "wrong shape"],
  comment: { for: ["wrong colour", "wrong shape"] },
};

/** What the endpoint and the form of the chat have in common. */
export const chatForm = { options: ["Like", "Dislike"], comment: { for: ["Dislike"] } };

// Tickets of an earlier run are refused. If several processes serve an app, configure one secret for all.
const secret = crypto.randomUUID() + crypto.randomUUID();

/** Creates the endpoint for verdicts on pictures. */
export function imageFeedback(): FeedbackEndpoint<typeof pictureComponents> {
  return createFeedback({
    ...imageForm,
    components: pictureComponents,
    directory: "flagged/images",
    base: "/image",
    secret,
    thanks: "/", // without script, the form leads back to the page, which shows the row
  });
}

/** Creates the endpoint for verdicts on answers. */
export function chatFeedback(): FeedbackEndpoint<typeof messageComponents> {
  return createFeedback({
    ...chatForm,
    components: messageComponents,
    directory: "flagged/messages",
    base: "/chat",
    secret,
    thanks: "/",
  });
}

/** Seals a picture, so that only pictures that the model drew can be flagged. */
export async function pictureTicket(prompt: string, { url }: Picture): Promise<string> {
  return await sealTicket(secret, { data: { prompt, picture: url } });
}

/** Seals the last answer of a conversation. Its subject identifies the message. */
export async function answerTicket(conversation: readonly Exchange[]): Promise<string> {
  const messages = messagesOf(conversation);
  const index = messages.length - 1;
  const data = { conversation: messages, index, value: messages[index]!.content };
  return await sealTicket(secret, { data, subject: conversation.at(-1)!.id });
}
