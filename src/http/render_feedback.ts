import type { FlagOption } from "../buttons/flag_method.ts";
import { escapeHtml } from "./_html.ts";

/**
 * Options of {@linkcode renderFeedback}.
 *
 * @category HTTP
 */
export interface RenderFeedbackOptions {
  /** The ticket of the sample, by `sealTicket()`. Required unless the endpoint accepts data. */
  readonly ticket?: string | undefined;
  /** The sample, for an endpoint that accepts data. Anyone can change it in the page. */
  readonly data?: Readonly<Record<string, string>> | undefined;
  /** What the verdict is about. It must be the subject of the ticket, if there is a ticket. */
  readonly subject?: string | undefined;
  /** The verdicts, each as its value, or its label and its value. */
  readonly options: readonly FlagOption[];
  /** The reasons that can be given with an option, by the option's value. @default {none} */
  readonly reasons?: Readonly<Record<string, readonly FlagOption[]>> | undefined;
  /** The options that a comment can be given with. @default {none} */
  readonly comment?: {
    readonly for: readonly string[];
    readonly maxLength?: number | undefined;
  } | undefined;
  /** The path or URL of the endpoint. @default {"/feedback"} */
  readonly action?: string | undefined;
  /** What identifies the verdict: the same page, sent twice, is one row. @default {a random UUID} */
  readonly key?: string | undefined;
  /** The text above the buttons. @default {"Rate this"} */
  readonly legend?: string | undefined;
  /** The option that the person chose before, whose key is `key`. @default {none} */
  readonly value?: string | undefined;
  /** Whether the browser remembers the verdict on this `subject`. @default {false} */
  readonly remember?: boolean | undefined;
}

function attributes(all: Readonly<Record<string, string | boolean | undefined>>): string {
  return Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return "";
    return value === true ? ` ${name}` : ` ${name}="${escapeHtml(value)}"`;
  }).join("");
}

function hidden(name: string, value: string | undefined): string {
  return value === undefined ? "" : `<input${attributes({ type: "hidden", name, value })}>\n`;
}

function pairOf(option: FlagOption): { readonly label: string; readonly value: string } {
  return typeof option === "string"
    ? { label: option, value: option }
    : { label: option[0], value: option[1] };
}

function button(option: FlagOption): string {
  const { label, value } = pairOf(option);
  return `<button${attributes({ type: "submit", name: "option", value })}>${
    escapeHtml(label)
  }</button>\n`;
}

/** Fields that a form without script always shows, and that the element shows when they are asked for. */
function reasonField(reasons: readonly FlagOption[]): string {
  if (reasons.length === 0) return "";
  const choices = reasons.map(pairOf).map(({ label, value }) =>
    `<option${attributes({ value })}>${escapeHtml(label)}</option>`
  );
  return `<label>Reason <select name="reason"><option value="">–</option>${
    choices.join("")
  }</select></label>\n`;
}

function commentField({ comment }: RenderFeedbackOptions): string {
  if (comment === undefined) return "";
  const maxlength = String(comment.maxLength ?? 2000);
  return `<label>Comment <textarea${
    attributes({ name: "comment", maxlength })
  }></textarea></label>\n`;
}

/**
 * Returns the HTML of a verdict's buttons: a form that works without script, in the element
 * `<flagstone-feedback>` that the script `{action}/element.js` brings to life. All texts are escaped.
 *
 * @param options The ticket, and the same options, reasons and comment as those of the endpoint
 *
 * @category HTTP
 *
 * @example Usage
 * ```ts
 * import { renderFeedback } from "@flagstone/flagging/http";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const html = renderFeedback({ ticket: "…", options: [["Good", "good"], ["Bad", "bad"]] });
 * assertStringIncludes(html, '<button type="submit" name="option" value="bad">Bad</button>');
 * ```
 */
export function renderFeedback(options: RenderFeedbackOptions): string {
  const { ticket, data = {}, subject, action = "/feedback", legend = "Rate this" } = options;
  const { key = crypto.randomUUID(), value, remember, reasons, comment } = options;
  const listed = reasons && Object.fromEntries(
    Object.entries(reasons).map(([option, list]) => [option, list.map(pairOf)]),
  );
  const element = attributes({
    action,
    subject,
    comment: comment?.for.join(","),
    reasons: listed && JSON.stringify(listed),
    value,
    key: value === undefined ? undefined : key,
    remember,
  });
  const every = new Map(
    Object.values(reasons ?? {}).flat().map((one) => [pairOf(one).value, one]),
  );
  return `<flagstone-feedback${element}>
<form${attributes({ method: "post", action })}>
${hidden("ticket", ticket)}${hidden("key", value === undefined ? key : crypto.randomUUID())}${
    hidden("subject", ticket === undefined ? subject : undefined)
  }${Object.entries(data).map(([name, text]) => hidden(`data.${name}`, text)).join("")}<fieldset>
<legend>${escapeHtml(legend)}</legend>
${options.options.map(button).join("")}${reasonField([...every.values()])}${
    commentField(options)
  }</fieldset>
</form>
</flagstone-feedback>`;
}
