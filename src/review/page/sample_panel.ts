import { type Cell, fileUrl, type Row, type Sample, type Verdict } from "./api.ts";
import { fill, make, visible } from "./dom.ts";
import { bytes, number, time, tone } from "./format.ts";

const MOST_SHOWN = 20_000;
const LONG = 300;
const HEADER = ["flag", "username", "timestamp"];

/** Shows a sample. */
export function showSample(element: HTMLElement, row: Row, sample: Sample): void {
  const cells = sample.cells.filter(({ column }) => !HEADER.includes(column));
  fill(
    element,
    ...heading(row),
    make(
      "div",
      { class: "cells" },
      ...cells.map((cell) => cellView(sample, cell)),
      ...extra(sample),
    ),
    make("div", { id: "reviews" }, ...reviews(sample.verdicts)),
  );
}

/** Shows what the list knows of a row whose sample is on its way. */
export function showHeading(element: HTMLElement, row: Row): void {
  fill(element, ...heading(row));
}

/** Shows what reviewers say. */
function reviews(verdicts: readonly Verdict[]): HTMLElement[] {
  return verdicts.map(({ username, flag, comment, column, correction, timestamp }) =>
    make(
      "p",
      { class: "review" },
      make("b", {}, visible(username || "(no name)")),
      flag === "" ? "" : make("span", { class: "flag done" }, visible(flag)),
      column === ""
        ? ""
        : make("span", {}, visible(column), ": ", make("q", {}, visible(correction))),
      comment === "" ? "" : make("span", {}, visible(comment)),
      make("small", {}, time(timestamp)),
    )
  );
}

function heading({ title, flag, username, time: at, file, rowId }: Row): HTMLElement[] {
  return [
    make("h1", { dir: "auto" }, title === "" ? "(empty)" : visible(title)),
    make(
      "div",
      { class: "meta" },
      "flagged ",
      flag === "" ? "without a word" : make("b", { class: tone(flag) }, visible(flag)),
      username === "" ? "" : make("span", {}, " by ", visible(username)),
      ` · ${time(at, true)} · ${file} · `,
      make("span", { title: rowId }, `${rowId.slice(0, 4)}…${rowId.slice(-2)}`),
    ),
  ];
}

function cellView(sample: Sample, cell: Cell): HTMLElement {
  const { column, messages, files, text } = cell;
  if (messages !== undefined) return chat(cell);
  const head = make("h2", {}, visible(column));
  if (files !== undefined) {
    return make("div", { class: "card" }, head, ...files.map((_, i) => fileView(sample, cell, i)));
  }
  const isWide = text.length > LONG;
  return make("div", { class: isWide ? "card wide" : "card" }, head, textView(text));
}

/** A text, of which at first only the beginning is shown if it is very long. */
function textView(text: string): HTMLElement {
  if (text === "") return make("span", { class: "soft" }, "(empty)");
  const isLong = text.length > MOST_SHOWN;
  const body = make(
    "div",
    { class: "text", dir: "auto" },
    visible(isLong ? text.slice(0, MOST_SHOWN) : pretty(text)),
  );
  if (!isLong) return body;
  const more = make("button", {
    click: () => {
      fill(body, visible(text));
      more.remove();
    },
  }, `Show all ${number(text.length)} characters`);
  return make("div", {}, body, more);
}

function pretty(text: string): string {
  if (text[0] !== "{" && text[0] !== "[") return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function chat({ column, messages = [], judged }: Cell): HTMLElement {
  const bubbles = messages.map(({ role, content }, i) =>
    make(
      "div",
      {
        class: `msg ${role === "user" ? "user" : role === "system" ? "system" : ""} ${
          i === judged ? "judged" : ""
        }`,
      },
      role === "user" || role === "assistant" ? null : make("small", {}, visible(role)),
      textView(content),
    )
  );
  return make(
    "div",
    { class: "wide" },
    make("h2", {}, visible(column)),
    make("div", { class: "chat" }, ...bubbles),
  );
}

function fileView(sample: Sample, { column, files = [] }: Cell, index: number): HTMLElement {
  const { name, size, type } = files[index]!;
  const src = fileUrl(sample, column, index);
  const caption = make(
    "small",
    { class: "soft" },
    visible(name),
    ` · ${kindOf(type)}${bytes(size)}`,
  );
  const link = (...children: Node[]) =>
    make("a", { href: src, target: "_blank", rel: "noopener noreferrer" }, ...children);
  if (type === null) {
    return make(
      "p",
      { class: "file" },
      make("a", { href: src, download: name }, visible(name)),
      ` ${bytes(size)}`,
    );
  }
  if (type.startsWith("image/")) {
    const image = make("img", { class: "img", loading: "lazy", alt: `Picture in ${column}`, src });
    return make("figure", {}, link(image), caption);
  }
  const player = make(type.startsWith("audio/") ? "audio" : "video", {
    controls: true,
    preload: "metadata",
    src,
  });
  return make("figure", {}, player, caption);
}

function kindOf(type: string | null): string {
  return type === null ? "" : `${type.slice(type.indexOf("/") + 1).toUpperCase()}, `;
}

function extra({ surplus }: Sample): HTMLElement[] {
  return surplus.length === 0 ? [] : [make(
    "div",
    { class: "card" },
    make("h2", {}, "further cells"),
    ...surplus.map((text) => textView(text)),
  )];
}
