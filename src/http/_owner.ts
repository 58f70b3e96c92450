import { invalid } from "./_refusal.ts";
import type { Settings } from "./_settings.ts";
import { openTicket, type Ticket } from "./ticket.ts";

/** Opens the ticket of a request; `null` if the endpoint does not need one and there is none. */
export async function ticketOf(
  ticket: string | undefined,
  { accepts, secrets, now }: Settings,
): Promise<Ticket | null> {
  const pointer = "/ticket";
  if (ticket === undefined) {
    if (accepts === "tickets") throw invalid({ pointer, detail: "It is missing" });
    return null;
  }
  if (accepts === "data") throw invalid({ pointer, detail: "Tickets are not accepted here" });
  return await openTicket(secrets, ticket, now());
}

/** Returns the person whose request it is: who is logged in, or the person of the ticket. */
export function userOf(ticket: Ticket | null, username: string | undefined): string {
  const owner = ticket?.username;
  if (owner !== undefined && username !== undefined && owner !== username) {
    throw invalid({ pointer: "/ticket", detail: "It belongs to another person" });
  }
  return username ?? owner ?? "";
}

/** Returns the person whose request with this ticket it is. */
export async function ownerOf(
  { ticket, username }: {
    readonly ticket: string | undefined;
    readonly username: string | undefined;
  },
  settings: Settings,
): Promise<string> {
  return userOf(await ticketOf(ticket, settings), username);
}
