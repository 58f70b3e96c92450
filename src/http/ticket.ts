import { invalid, refusal } from "./_refusal.ts";
import { open, refuseShortSecret, seal } from "./_sealed.ts";

/**
 * A sample that a page may give a verdict on.
 *
 * @category HTTP
 */
export interface TicketSample {
  /** A value for each component, which JSON can hold; files may be left out, and come with the verdict. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What the verdict is about, such as the id of a message. @default {an empty cell} */
  readonly subject?: string | undefined;
  /** The person who may use the ticket. @default {whoever has it} */
  readonly username?: string | undefined;
  /** The time in milliseconds after which the ticket is refused. @default {86_400_000, which is a day} */
  readonly expiresInMs?: number | undefined;
  /** Returns the time in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** A ticket that was opened. */
export interface Ticket {
  readonly data: Readonly<Record<string, unknown>>;
  readonly subject: string | undefined;
  readonly username: string | undefined;
}

/** What is sealed, in short names because it is in the page and in each request. */
interface Sealed {
  readonly d: Readonly<Record<string, unknown>>;
  readonly s?: string | undefined;
  readonly u?: string | undefined;
  /** When it expires, in milliseconds since 1970. */
  readonly e: number;
}

const DAY_MS = 86_400_000;
/** Browsers send at most 64 KiB from a page that is being left. */
const MAX_LENGTH = 32 * 1024;

/**
 * Seals a sample into a ticket, which the server renders into the page and the page sends back with the
 * verdict. Nobody can read or change what is in it, so the dataset has what the model really said, and
 * columns such as the model's version stay hidden. A ticket is not used up: it can be sent again.
 *
 * @param secret The secret of the endpoint; of several, the first one seals
 * @param sample The sample, and who may give a verdict on it until when
 * @throws {TypeError} If the secret is shorter than 32 bytes, or the data is not an object
 * @throws {RangeError} If the ticket would be longer than 32 KiB
 *
 * @category HTTP
 *
 * @example Usage
 * ```ts
 * import { renderFeedback, sealTicket } from "@flagstone/flagging/http";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const secret = "at least 32 bytes that only the server knows";
 * const data = { question: "2 + 2?", answer: "5" };
 * const ticket = await sealTicket(secret, { data, subject: "message-17" });
 * assertStringIncludes(renderFeedback({ ticket, options: ["good", "bad"] }), ticket);
 * ```
 */
export async function sealTicket(
  secret: string | readonly string[],
  sample: TicketSample,
): Promise<string> {
  const [first] = [secret].flat();
  refuseShortSecret(first);
  const { data, subject, username, expiresInMs = DAY_MS, now = Date.now } = sample;
  if (Object(data) !== data || Array.isArray(data)) {
    throw new TypeError(
      "Cannot seal a ticket as its data must be an object of values by component",
    );
  }
  const sealed: Sealed = { d: data, s: subject, u: username, e: now() + expiresInMs };
  const ticket = await seal(first, "ticket", sealed);
  if (ticket.length <= MAX_LENGTH) return ticket;
  throw new RangeError(
    `Cannot seal a ticket of ${ticket.length} characters: the longest one has ${MAX_LENGTH}, so seal ` +
      "the id of the sample in place of large values",
  );
}

/** Opens a ticket. Refuses one that is forged, or expired. */
export async function openTicket(
  secrets: readonly string[],
  ticket: string,
  now: number,
): Promise<Ticket> {
  const sealed = await open(secrets, "ticket", ticket) as Sealed | undefined;
  if (sealed === undefined) {
    throw invalid({ pointer: "/ticket", detail: "It was not sealed by this server" });
  }
  if (sealed.e <= now) {
    throw refusal("ticket-expired", { detail: "Reload the page, and send the verdict from there" });
  }
  return { data: sealed.d, subject: sealed.s, username: sealed.u };
}
