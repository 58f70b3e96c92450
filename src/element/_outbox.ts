import type { FeedbackResult } from "../feedback/feedback_request.ts";
import type { Problem } from "../feedback/problem.ts";
import type { Entry, Verdict } from "./_entry.ts";
import { exclusively } from "./_lock.ts";
import type { Outcome, Preparing } from "./_request.ts";
import { type Attachments, send } from "./_send.ts";
import { list, read, remove, write } from "./_store.ts";

const OUTBOX = "flagstone:outbox ";
const SAVED = "flagstone:saved ";
const MAX_ENTRIES = 50;
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;
const MAX_REMEMBERED = 500;
const MAX_WAIT_MS = 3600 * 1000;
const SETTLING_MS = 50;

/** An entry just before it is removed: other tabs see the problem, if there is one. */
interface Refused extends Entry {
  readonly problem?: Problem;
}

/** An element, as the outbox sees it. */
export interface Member {
  readonly host: Preparing;
  /** The absolute URL of its endpoint. */
  action: string;
  /** The chain of its entries. */
  chain: string;
  /** Called after each attempt to send an entry of its chain, or one of no element of this page. */
  settled(entry: Entry, outcome: Outcome<FeedbackResult>): void;
}

/** What only this page knows of an entry. */
export interface Own {
  /** Its element, which may have been removed meanwhile. */
  readonly member: Member;
  /** Its files, which do not fit into localStorage. */
  readonly files: Attachments | undefined;
}

/** The connected elements. */
export const members: Set<Member> = new Set();

/** The endpoints of this page. Only pages with an endpoint know how its requests are prepared. */
const actions = new Set<string>();

const owned: Record<string, Own> = {};

let timer: ReturnType<typeof setTimeout>;

/** Returns the entries that wait, the oldest first. Those older than 7 days are removed. */
export function waiting(): Entry[] {
  return list<Entry>(OUTBOX).filter((entry) =>
    entry.at > Date.now() - MAX_AGE_MS ? actions.has(entry.action) : remove(OUTBOX + entry.key)
  );
}

/** Returns the saved verdict of a chain that this browser remembers. */
export function recall(chain: string): Verdict | undefined {
  return read(SAVED + chain);
}

/** Writes an entry, and sends it at once unless an earlier one of its chain waits. */
export function add(draft: Omit<Entry, "at">, own: Own): void {
  const before = waiting();
  const entry = { ...draft, at: performance.timeOrigin + performance.now() }; // finer than Date.now()
  const { key, chain } = entry;
  owned[key] = own;
  write(OUTBOX + key, entry, before.length < MAX_ENTRIES && !own.files);
  if (before.some((other) => other.chain === chain)) drain(chain);
  else {
    const sent = deliver(entry); // before the lock is there: the page may be left now
    exclusively(chain, () => sent);
  }
}

/** Sends all entries, until one gets no answer. Those that were tried least are first. */
export async function flush(): Promise<void> {
  for (const { chain } of waiting().sort((a, b) => a.tries - b.tries)) {
    if (!await drain(chain)) return;
  }
}

/** Sends the entries of a chain in order. Returns `false` if one got no answer. */
function drain(chain: string): Promise<boolean> {
  return exclusively(chain, async () => {
    // What the last tab that had the lock removed may still show here for a moment.
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    for (const old of waiting()) {
      // Read again: the answer to an earlier one may have changed it.
      const entry = old.chain === chain && read<Entry>(OUTBOX + old.key);
      if (entry && !await deliver(entry)) return false;
    }
    return true;
  });
}

/** The element of an entry, or any of its endpoint if that was on another page. */
function memberOf(entry: Entry): Member | undefined {
  const all = [...members];
  return owned[entry.key]?.member ?? all.find((member) => member.chain === entry.chain) ??
    all.find((member) => member.action === entry.action);
}

async function deliver(entry: Entry): Promise<boolean> {
  const { key } = entry;
  const member = memberOf(entry);
  const outcome = await send(entry, { host: member?.host, files: owned[key]?.files });
  if (outcome.again) retry(entry, outcome.wait);
  else {
    if (outcome.problem) refuse(entry, outcome.problem);
    else if (entry.remember || entry.form) remember(entry);
    remove(OUTBOX + key);
    delete owned[key];
  }
  member?.settled(entry, outcome);
  return !outcome.again;
}

function retry(entry: Entry, wait: number | undefined): void {
  const { key, tries } = entry;
  const next: Entry = { ...entry, tries: tries + 1 };
  write(OUTBOX + key, next);
  const backoff = 2 ** tries * 1000 * (Math.random() + 0.5);
  clearTimeout(timer);
  timer = setTimeout(flush, Math.min(wait! > 0 ? wait! : backoff, MAX_WAIT_MS));
}

/** Lets the next entry replace what a refused one would have. */
function refuse(refused: Entry, problem: Problem): void {
  const { key, body: { replaces } } = refused;
  const last: Refused = { ...refused, problem };
  write(OUTBOX + key, last);
  for (const entry of waiting()) {
    if (replaces && entry.body.replaces === key) {
      const next: Entry = { ...entry, body: { ...entry.body, replaces } };
      write(OUTBOX + entry.key, next);
    }
  }
}

function remember(entry: Entry): void {
  const { ticket: _, data: __, ...body } = entry.body; // which may be large
  const saved: Entry = { ...entry, body };
  write(SAVED + entry.chain, saved);
  for (const old of list<Entry>(SAVED).slice(0, -MAX_REMEMBERED)) remove(SAVED + old.chain);
}

/** Follows another tab, which removes an entry when it has sent it. */
function stored({ key, oldValue, newValue }: StorageEvent): void {
  if (newValue || !key?.startsWith(OUTBOX)) return;
  const entry: Refused = JSON.parse(oldValue!);
  [...members].find((member) => member.chain === entry.chain)?.settled(entry, entry);
}

/** Adds an element. The first one of an endpoint sends what earlier pages left. */
export function join(member: Member): void {
  addEventListener("online", flush);
  addEventListener("pageshow", flush);
  addEventListener("storage", stored);
  members.add(member);
  // Before `pageshow`, scripts that set `prepare` may still have to run.
  if (document.readyState === "complete" && !actions.has(member.action)) setTimeout(flush);
  actions.add(member.action);
}
