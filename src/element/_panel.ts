import type { DescribedOption } from "../feedback/description.ts";
import { type Labelled, labelOf } from "./_labels.ts";
import { make } from "./_make.ts";
import { showThumb } from "./_thumb.ts";

const THUMBS = /^(?:(like|up)|dislike|down)$/i;

/** A form with all that the element adds to it. */
export interface Panel {
  readonly form: HTMLFormElement;
  /** The button that sends the reason and the comment. */
  readonly send: HTMLElement;
  /** Shows which option stands, whether pressing one does something now, and a text. */
  paint(option: string | undefined, busy: boolean, text: string): void;
  /** Shows the fields that an option takes, empty. */
  open(option: string, reasons: readonly DescribedOption[], comment: boolean | undefined): void;
  /** Removes the fields. If one of them has the focus, the button of the option gets it. */
  close(): void;
}

/** Builds the form of an element that has none. */
export function buildForm(host: Labelled, options: readonly DescribedOption[]): HTMLFormElement {
  const legend = make("legend", {}, labelOf(host, "legend"));
  const buttons = options.map(({ value, label }) => {
    const part = `button button-${value.replace(/\s/g, "-")}`;
    return make("button", { name: "option", value, part }, label);
  });
  return make("form", {}, make("fieldset", { part: "group" }, legend, ...buttons));
}

/** Names the buttons, and replaces the texts of likes and dislikes by thumbs. */
function label(host: Labelled, buttons: readonly HTMLButtonElement[]): void {
  const thumbs = host.hasAttribute("icons") ||
    `${buttons.map(({ value }) => value)}` === "Like,Dislike";
  for (const button of buttons) {
    const text = labelOf(host, button.value, "");
    if (text) button.textContent = text;
    const thumb = THUMBS.exec(button.value);
    if (thumbs && thumb) showThumb(button, !thumb[1]);
  }
}

/** Adds to a form what the element needs. */
export function createPanel(host: Labelled, form: HTMLFormElement): Panel {
  const buttons = [...form.querySelectorAll<HTMLButtonElement>("button[name=option]")];
  const find = (name: string, part: string, tag: "select" | "textarea"): HTMLLabelElement =>
    form.querySelector(`[name=${name}]`)?.closest("label") ??
      make("label", { part }, labelOf(host, name), make(tag, { name, maxLength: 2000 }));
  const reason = find("reason", "reasons", "select");
  const comment = find("comment", "comment", "textarea");
  const send = make("button", { part: "send" }, labelOf(host, "send"));
  const fields = make("div", {}, reason, comment);
  const status = make("p", { role: "status", part: "status" });
  const [select, area] = [
    reason.control as HTMLSelectElement,
    comment.control as HTMLTextAreaElement,
  ];
  let opened: string | undefined;

  function close(): void {
    const focused = fields.matches(":focus-within");
    fields.replaceChildren();
    if (focused) form.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    opened = undefined;
  }

  label(host, buttons);
  close();
  (form.querySelector("fieldset") ?? form).append(status, fields);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
    // Holding Enter would press again and again.
    if (event.key === "Enter" && event.repeat) event.preventDefault();
  });
  return {
    form,
    send,
    close,
    paint(option, busy, text) {
      for (const button of buttons) {
        button.ariaPressed = `${button.value === option}`;
        button.ariaDisabled = `${busy}`;
      }
      status.textContent = text;
      if (option !== opened) close();
    },
    open(option, reasons, takesComment) {
      opened = option;
      const choices = [{ value: "", label: "–" }, ...reasons];
      select.replaceChildren(...choices.map((choice) => make("option", choice)));
      area.value = "";
      if (reasons[0]) fields.append(reason);
      if (takesComment) fields.append(comment);
      if (fields.firstChild) fields.append(send);
    },
  };
}
