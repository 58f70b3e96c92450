import { Failure, fetchJson, type Verdict } from "./api.ts";

/** A verdict on its way. */
export interface Letter {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
  readonly column: string;
  readonly flag: string;
  readonly correction: string;
  readonly comment: string;
}

export interface Delivered {
  readonly state: string;
  readonly verdicts: readonly Verdict[];
}

/** Who is told what becomes of verdicts. */
export interface OutboxEvents {
  /** A verdict is saved, and no later one on its row waits. */
  onSaved(letter: Letter, answer: Delivered): void;
  /** The server refuses a verdict for good. */
  onRefused(letter: Letter, message: string): void;
  /** The number of waiting verdicts changed, or the server is away. */
  onChange(pending: number, trouble: string): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Sends verdicts one after the other in their order. A verdict whose answer is lost is sent again with the
 * same id, which the server saves once.
 */
export class Outbox {
  readonly #events: OutboxEvents;
  readonly #waiting: { readonly id: string; readonly letter: Letter }[] = [];
  #isSending = false;
  #trouble = "";
  #wake: () => void = () => {};

  constructor(events: OutboxEvents) {
    this.#events = events;
    addEventListener("online", () => this.#wake());
    addEventListener("beforeunload", (event) => {
      if (this.#waiting.length > 0) event.preventDefault();
    });
  }

  get pending(): number {
    return this.#waiting.length;
  }

  /** Whether a verdict on a row waits. */
  has(rowId: string): boolean {
    return this.#waiting.some(({ letter }) => letter.rowId === rowId);
  }

  add(letter: Letter): void {
    this.#waiting.push({ id: crypto.randomUUID?.() ?? randomId(), letter });
    this.#tell();
    if (!this.#isSending) this.#send();
  }

  #tell(): void {
    this.#events.onChange(this.#waiting.length, this.#trouble);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    let wait = FIRST_WAIT_MS;
    while (this.#waiting.length > 0) {
      const { id, letter } = this.#waiting[0]!;
      try {
        const answer = await post({ id, ...letter });
        this.#waiting.shift();
        this.#trouble = "";
        wait = FIRST_WAIT_MS;
        if (!this.has(letter.rowId)) this.#events.onSaved(letter, answer);
      } catch (error) {
        if (isFinal(error)) {
          this.#waiting.shift();
          this.#events.onRefused(letter, (error as Error).message);
        } else {
          this.#trouble = error instanceof Failure ? error.message : "The server does not answer";
          this.#tell();
          await this.#pause(wait);
          wait = Math.min(2 * wait, LONGEST_WAIT_MS);
        }
      }
      this.#tell();
    }
    this.#isSending = false;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function post(body: unknown): Promise<Delivered> {
  return await fetchJson<Delivered>("verdict", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
}

/** Whether sending again is of no use. 403 may pass: the person opens the page again with a new token. */
function isFinal(error: unknown): boolean {
  return error instanceof Failure && [400, 404, 405, 413, 415].includes(error.status);
}

/** An id where the page is not in a secure context. */
function randomId(): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, "0"),
  )
    .join("");
}
