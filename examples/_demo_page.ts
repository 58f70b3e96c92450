// The demo's page. It works without script: drawing and asking are links of a form, flagging is a form.
import { renderFeedback } from "@flagstone/flagging/http";
import { conversationOf, type Exchange, exchanges } from "./_demo_chat.ts";
import { answerTicket, chatForm, imageForm, pictureTicket } from "./_demo_feedback.ts";
import { type Markup, markup, trusted } from "./_demo_html.ts";
import { draw } from "./_demo_image.ts";
import type { ShownDataset, ShownRow } from "./_demo_rows.ts";

/** What the address of the page says. */
export interface PageState {
  readonly prompt: string;
  /** The ids of the questions that were asked. */
  readonly asked: readonly string[];
}

const THUMB = trusted(
  `<path d="M3 10h4v11H3zM7 10l4-7c2 0 3 1 2.6 3L13 9h6.5c1 0 1.8 1 1.5 2l-2 8c-.2 1-1 2-2.2 2H7"/>`,
);

/** Keeps what the address says in a form that changes another part of it. */
function kept(name: string, texts: readonly string[]): Markup[] {
  return texts.map((text) => markup`<input type="hidden" name="${name}" value="${text}">`);
}

async function imageCard({ prompt, asked }: PageState): Promise<Markup> {
  const picture = await draw(prompt);
  const ticket = await pictureTicket(prompt, picture);
  const feedback = renderFeedback({ ...imageForm, ticket, action: "/image", legend: "Flag as" });
  return markup`<section class="card" aria-labelledby="image">
<h2 id="image">Image model</h2>
<form class="line" action="/">
${kept("asked", asked)}
<input name="prompt" aria-label="Prompt" value="${prompt}" maxlength="200" required>
<button class="primary">Draw</button>
</form>
<img class="drawing" src="${picture.url}" alt="${picture.title}">
${trusted(feedback)}
</section>`;
}

function thumbButton(option: string): Markup {
  const icon = markup`<svg class="${option}" viewBox="0 0 24 24" aria-hidden="true">${THUMB}</svg>`;
  const name = markup`<span class="hidden">${option}</span>`;
  return markup`<button type="submit" name="option" value="${option}">${icon}${name}</button>\n`;
}

/** The form of `renderFeedback()`, written by hand for its icons. */
function thumbs(ticket: string, subject: string): Markup {
  return markup`<flagstone-feedback class="thumbs" action="/chat" subject="${subject}" remember
comment="${chatForm.comment.for.join()}">
<form method="post" action="/chat">
<input type="hidden" name="ticket" value="${ticket}">
<input type="hidden" name="key" value="${crypto.randomUUID()}">
<fieldset><legend class="hidden">Rate this answer</legend>
${chatForm.options.map(thumbButton)}
<label>Comment <textarea name="comment" maxlength="2000"></textarea></label>
</fieldset>
</form>
</flagstone-feedback>`;
}

/** Shows the last exchange of a conversation. */
async function exchangeOf(conversation: readonly Exchange[]): Promise<Markup> {
  const { id, question, answer } = conversation.at(-1)!;
  return markup`<p class="message mine">${question}</p>
<p class="message">${answer}</p>
${thumbs(await answerTicket(conversation), id)}`;
}

async function chatCard({ prompt, asked }: PageState): Promise<Markup> {
  const conversation = conversationOf(asked);
  const shown = await Promise.all(
    conversation.map((_, i) => exchangeOf(conversation.slice(0, i + 1))),
  );
  const rest = exchanges.filter((exchange) => !conversation.includes(exchange));
  return markup`<section class="card" aria-labelledby="chat">
<h2 id="chat">Chat</h2>
${shown}
<form class="questions" action="/">
${kept("prompt", [prompt])}${kept("asked", asked)}
${rest.map(({ id, question }) => markup`<button name="asked" value="${id}">${question}</button> `)}
</form>
</section>`;
}

function rowOf({ id, isOver, cells }: ShownRow): Markup {
  const texts = cells.map((text) =>
    markup`<td>${isOver && text !== "" ? markup`<del>${text}</del>` : text}</td>`
  );
  return markup`<tr data-id="${id}">${texts}</tr>\n`;
}

function tableOf({ file, columns, rows }: ShownDataset): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${file}">
<table data-file="${file}">
<caption>${file}</caption>
<thead><tr>${columns.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(rowOf)}</tbody>
</table></div>`;
}

/** Returns the page. */
export async function pageOf(
  state: PageState,
  datasets: readonly ShownDataset[],
): Promise<string> {
  const cards = [await imageCard(state), await chatCard(state)];
  return markup`<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flagstone demo</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo.css">
<script type="module" src="/image/element.js"></script>
<script type="module" src="/demo.js"></script>
<main>
<h1>Flagstone demo</h1>
<p class="soft">A toy image model and a toy chat. What you flag becomes a row of a CSV file in
<code>./flagged</code>.</p>
<div class="two">${cards}</div>
<section class="card" aria-labelledby="rows">
<h2 id="rows">Rows, the newest first. Struck through: replaced or withdrawn.</h2>
${datasets.map(tableOf)}
</section>
</main></html>
`.source;
}
