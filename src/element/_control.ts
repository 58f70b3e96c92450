import type { FeedbackDescription } from "../feedback/description.ts";
import type { FeedbackRequest, FeedbackResult } from "../feedback/feedback_request.ts";
import { fieldOf, optionsOf } from "./_attributes.ts";
import { describe } from "./_describe.ts";
import { type Entry, newKey, type Verdict } from "./_entry.ts";
import { type Labelled, labelOf } from "./_labels.ts";
import { add, join, type Member, members, recall, waiting } from "./_outbox.ts";
import { buildForm, createPanel, type Panel } from "./_panel.ts";
import type { Outcome, Preparing } from "./_request.ts";
import { type Sample, type SampleHost, sampleOf } from "./_sample.ts";
import { adoptStyle } from "./_style.ts";
import type { FeedbackDetail } from "./events.ts";

/** A press within this time after one of the same button is the second half of a double click. */
const DOUBLE_MS = 500;
const DESCRIBE_AGAIN_MS = 10_000;

const NONE: Verdict = { body: {} };

/** The element, as its control sees it. */
export type Host = Labelled & SampleHost & Preparing;

/** What an element does when the browser or the page calls it. */
export interface Control {
  /** Enhances the form, or builds one: once, or again if `anew`. */
  start(anew?: unknown): void;
  /** Follows a removal. */
  stop(): void;
  /** Follows a change of an attribute. */
  change(name: string): void;
  /** Withdraws the verdict that stands. */
  undo(): unknown;
}

/** Makes an element work. */
export function control(host: Host): Control {
  const id = newKey();
  const member: Member = { host, action: "", chain: "", settled };
  let description: Partial<FeedbackDescription> = {};
  let panel: Panel | undefined;
  let saved: Verdict = NONE;
  let pressed: EventTarget | null;
  let pressedAt = 0;

  /** The entries of this element, or of others with its subject, that wait. */
  const pending = (): Entry[] => waiting().filter(({ chain }) => chain === member.chain);

  /** The verdict that stands when all that waits has arrived. */
  const shown = (): Verdict => pending().at(-1) ?? saved;

  async function start(anew?: unknown): Promise<void> {
    if (!host.isConnected) return;
    const own = host.querySelector("form");
    const action = host.getAttribute("action") ?? own?.getAttribute("action") ?? "";
    member.action = new URL(action, document.baseURI).href;
    join(member);
    if (own ? own === panel?.form : panel && anew !== true) return;
    let options = optionsOf(host);
    if (!own && !options) {
      const described = await describe(host, member.action);
      if (!described) {
        setTimeout(start, DESCRIBE_AGAIN_MS);
        return;
      }
      description = described;
      options = described.options;
    }
    const form = own ?? buildForm(host, options!);
    panel = createPanel(host, form);
    form.addEventListener("submit", submitted);
    if (!own) {
      const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
      adoptStyle(shadow);
      shadow.replaceChildren(form);
    }
    load();
  }

  /** Returns an attribute, or the field of this name in the form. */
  const textOf = (name: string) => host.getAttribute(name) || fieldOf(panel!.form, name);

  /** Reads which verdict stands: from the attributes, from earlier visits, and from the outbox. */
  function load(): void {
    const form = fieldOf(panel!.form, "key");
    const chain = `${member.action} ${textOf("subject") ?? form ?? id}`;
    let value = host.getAttribute("value");
    if (chain !== member.chain) {
      const known = recall(chain);
      member.chain = chain;
      // A page from the browser's cache is older than a verdict that was given in it.
      const isOlder = form && known?.form === form;
      saved = (isOlder || host.hasAttribute("remember")) && known || NONE;
      if (isOlder) value = null;
    }
    if (value !== null && value !== saved.body.option) {
      saved = { key: host.getAttribute("key") ?? undefined, body: { option: value || undefined } };
    }
    paint(pending()[0] ? "queued" : saved.body.option ? "saved" : "idle");
  }

  /** Shows what stands. */
  function paint(next: string, text = ""): void {
    host.dataset.state = next;
    const busy = next === "saving" || host.hasAttribute("disabled");
    panel!.paint(shown().body.option, busy, text && labelOf(host, text));
  }

  function submitted(event: SubmitEvent): void {
    const { timeStamp } = event;
    const button = event.submitter as HTMLButtonElement;
    const sends = button === panel!.send;
    if (!sends && button?.name !== "option") return;
    event.preventDefault();
    const double = button === pressed && timeStamp - pressedAt < DOUBLE_MS;
    pressed = button;
    pressedAt = timeStamp;
    if (double || host.hasAttribute("disabled")) return;
    if (sends) remark();
    else press(button.value);
  }

  /** Gives a verdict, changes it, or withdraws it if it is the one that stands. */
  function press(option: string): void {
    const old = shown().body.option;
    const final = description.undo === false;
    if (old && final) return;
    if (old === option) {
      if (host.dataset.state !== "saving") submit({});
    } else if (submit({ option }) && !final) {
      const reasons = JSON.parse(host.getAttribute("reasons")!) ?? description.reasons ?? {};
      const takers = host.getAttribute("comment")?.split(/\s*,\s*/) ?? description.comment?.for;
      panel!.open(option, reasons[option] ?? [], takers?.includes(option));
    }
  }

  /** Adds the reason and the comment to the verdict, as a verdict that replaces it. */
  function remark(): void {
    const { body } = shown();
    const { form, close } = panel!;
    const [reason, comment] = [fieldOf(form, "reason"), fieldOf(form, "comment")];
    if (reason === body.reason && comment === body.comment) close();
    else submit({ option: body.option, reason, comment });
  }

  /** Sends a verdict, or a withdrawal. Returns `false` if there is none to send. */
  function submit(verdict: FeedbackRequest): boolean {
    const last = shown();
    const replaces = last.body.option && last.key;
    if (!verdict.option && !replaces) return false;
    const ticket = textOf("ticket");
    const subject = textOf("subject");
    const { data, files } = verdict.option ? sampleOf(host, panel!.form) : {} as Sample;
    const form = fieldOf(panel!.form, "key");
    const key = form && form !== last.form ? form : newKey();
    const body = { ticket, data: ticket ? undefined : data, subject, ...verdict, replaces };
    if (!emit("submit", { key, request: body })) return false;
    const { action, chain } = member;
    const remember = !!subject && host.hasAttribute("remember");
    add({ key, form, action, chain, remember, tries: 0, body }, { member, files });
    paint("saving", "saving");
    return true;
  }

  function settled(entry: Entry, { result, again, problem }: Outcome<FeedbackResult>): void {
    const { key, body: request, tries } = entry;
    const next = again ? "queued" : problem ? "error" : "saved";
    const isSaved = next === "saved";
    if (entry.chain === member.chain) {
      if (isSaved) saved = entry;
      if (isSaved && (request.reason || request.comment)) panel!.close();
      if (again || !pending()[0]) paint(next, isSaved && !request.option ? "withdrawn" : next);
    }
    // An entry of an earlier page was queued, whether or not that page knew.
    const waited = tries || entry.at < performance.timeOrigin;
    if (!again || !tries) {
      emit(isSaved && waited ? "sent" : next, { key, request, result, problem });
    }
  }

  function emit(type: string, detail: FeedbackDetail): boolean {
    const event = { bubbles: true, composed: true, cancelable: true, detail };
    return host.dispatchEvent(new CustomEvent(`flagstone-${type}`, event));
  }

  return {
    start,
    undo: () => submit({}),
    stop: () => members.delete(member),
    change(name) {
      if (!panel) return;
      if (name === "disabled") paint(host.dataset.state!);
      else load();
    },
  };
}
