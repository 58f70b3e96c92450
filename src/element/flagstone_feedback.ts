import { control } from "./_control.ts";
import { flush } from "./_outbox.ts";
import type { FeedbackData, FeedbackFiles, FeedbackLabels, FeedbackPrepare } from "./types.ts";

/**
 * `HTMLElement`; an empty class on servers, which import the element for its types or by accident.
 *
 * @category Element
 */
export const FeedbackElementBase: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/**
 * `<flagstone-feedback>`: buttons that send a person's verdict on a sample to an endpoint.
 *
 * A verdict is written to localStorage before it is sent, and removed when the endpoint has answered.
 * If there is no answer, it is sent again with the same key: later, when the browser is online, or by
 * the next page with this endpoint. So it is saved once, or the element reports why it was refused.
 *
 * @category Element
 */
export class FlagstoneFeedback extends FeedbackElementBase {
  /** The attributes whose changes take effect at once. */
  static readonly observedAttributes: readonly string[] = ["value", "key", "subject", "disabled"];

  /** The sample, for an endpoint that accepts data. A ticket takes precedence. */
  declare data?: FeedbackData;
  /** The files of the sample. A verdict with files is kept only while the page is open. */
  declare files?: FeedbackFiles;
  /** Prepares each request, for example with an authorization header. */
  declare prepare?: FeedbackPrepare;

  #labels: FeedbackLabels = {};
  readonly #control = control(this);

  /** Texts that replace those of the element and the labels of options. */
  get labels(): FeedbackLabels {
    return this.#labels;
  }

  set labels(labels: FeedbackLabels) {
    this.#labels = labels;
    this.#control.start(true);
  }

  /** Called by the browser when the element is inserted. */
  connectedCallback(): void {
    const { start } = this.#control;
    // While the document is parsed, the form may not be there yet.
    if (document.readyState !== "loading") start();
    else document.addEventListener("DOMContentLoaded", start);
  }

  /** Called by the browser when the element is removed. What it sends, it completes. */
  disconnectedCallback(): void {
    this.#control.stop();
  }

  /** Called by the browser when an attribute changes. */
  attributeChangedCallback(name: string): void {
    this.#control.change(name);
  }

  /** Withdraws the verdict that stands, if there is one and its key is known. */
  undo(): void {
    this.#control.undo();
  }

  /** Sends what waits for the endpoints of the page. Resolves when one got no answer, or all did. */
  flush(): Promise<void> {
    return flush();
  }
}

const NAME = "flagstone-feedback";
const registry: CustomElementRegistry | undefined = globalThis.customElements;
if (!registry?.get(NAME)) registry?.define(NAME, FlagstoneFeedback);
