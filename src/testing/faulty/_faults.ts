import { aborted, type Attempt, fail } from "../../storage/kit/fail.ts";
import { spoil } from "./_spoil.ts";
import {
  FATES,
  type FaultyOptions,
  type FaultySettings,
  type InjectedFaults,
  settingsOf,
} from "./options.ts";
import { below, randomFrom } from "../random.ts";
import type { OperationOptions, ReadResult } from "../../storage/storage_adapter.ts";
import { type Outcome, StorageError } from "../../storage/storage_error.ts";

type Counts = { -readonly [K in keyof InjectedFaults]: number };
/** Sends a request. */
export type Send = () => Promise<unknown>;

/** A mutation that can be sent now or later. */
export interface Mutation<T> {
  readonly attempt: Attempt;
  readonly options: OperationOptions | undefined;
  readonly send: () => Promise<T>;
  /** Copies what the caller may change, and returns a function that sends the copy. */
  readonly copy: () => Send | Promise<Send>;
}

/** Creates the error of a lost connection. */
export function connectionLost(attempt: Attempt, outcome?: Outcome): StorageError {
  const why = "the connection was lost (faulty)";
  return fail(attempt, { code: "Unavailable", why, outcome });
}

/**
 * Returns whether a mutation was refused before it was sent, so that there was no answer to lose.
 */
function neverSent(error: unknown): boolean {
  return error instanceof StorageError && error.outcome === "not-applied" &&
    error.code !== "Conflict";
}

/** Resolves after a delay, or as soon as the signal is aborted. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal?.addEventListener("abort", wake);
  });
}

/**
 * The fate of one operation, drawn when it is called, so that it depends only on the order of
 * calls.
 */
interface Fate {
  readonly kind: typeof FATES[number] | "none";
  readonly delayMs: number;
  readonly lateBy: number;
}

/** The state between calls: the random numbers, the counts, and the late requests. */
export class Faults {
  readonly counts: Counts = {
    lostRequests: 0,
    lostAnswers: 0,
    lateRequests: 0,
    doubledRequests: 0,
    replayedRequests: 0,
    lostReads: 0,
    brokenBodies: 0,
    slowAnswers: 0,
  };
  readonly settings: FaultySettings;
  readonly random: () => number;
  #late: { readonly due: number; readonly send: Send }[] = [];
  readonly #arriving: Set<Promise<unknown>> = new Set();
  #operations = 0;

  constructor(options: FaultyOptions) {
    this.settings = settingsOf(options);
    this.random = randomFrom(options.seed ?? 1);
  }

  #fate(): Fate {
    const { lateBy } = this.settings;
    let drawn = this.random();
    const kind = FATES.find((kind) => (drawn -= this.settings[kind]) < 0) ?? "none";
    return {
      kind,
      delayMs: this.delay(),
      lateBy: 1 + below(this.random, lateBy),
    };
  }

  /** Draws the delay of the next answer in milliseconds; mostly 0. */
  delay(): number {
    const { slow, slowMs } = this.settings;
    const isSlow = this.random() < slow;
    const ms = 1 + below(this.random, slowMs);
    return isSlow ? ms : 0;
  }

  /** Delays an answer. If the signal is aborted in the meantime, throws with the given outcome. */
  async slowDown(
    delayMs: number,
    [attempt, options]: readonly [Attempt, OperationOptions | undefined],
    outcome?: Outcome,
  ): Promise<void> {
    if (delayMs === 0) return;
    this.counts.slowAnswers++;
    const signal = options?.signal;
    await sleep(delayMs, signal);
    if (signal?.aborted) throw aborted(attempt, signal, outcome);
  }

  #send(send: Send): Promise<unknown> {
    // The call has already been rejected, so a refusal of its late request is ignored.
    const sending = send().catch(() => {})
      .finally(() => this.#arriving.delete(sending));
    this.#arriving.add(sending);
    return sending;
  }

  /** Sends the late requests that are due. Every operation calls this before its own effect. */
  async arrive(): Promise<void> {
    const now = ++this.#operations;
    if (this.#late.length === 0) return;
    const due = this.#late.filter((late) => late.due <= now);
    this.#late = this.#late.filter((late) => late.due > now);
    for (const { send } of due) await this.#send(send);
  }

  async settle(): Promise<void> {
    while (this.#late.length + this.#arriving.size > 0) {
      const late = this.#late;
      this.#late = [];
      for (const { send } of late) await this.#send(send);
      await Promise.all(this.#arriving);
    }
  }

  async mutate<T>(mutation: Mutation<T>): Promise<T> {
    const { attempt, options, send } = mutation;
    const fate = this.#fate();
    await this.arrive();
    if (fate.kind === "none") {
      const result = await send();
      await this.slowDown(fate.delayMs, [attempt, options], "unknown");
      return result;
    }
    if (fate.kind === "doubledRequest") return await this.#double(mutation, fate);
    if (fate.kind === "replayedRequest") return await this.#replay(mutation, fate);
    if (fate.kind === "lostAnswer") await this.#loseAnswer(send);
    else await this.#hold(mutation, fate);
    await this.slowDown(fate.delayMs, [attempt, options], "unknown");
    throw connectionLost(attempt, "unknown");
  }

  async #loseAnswer(send: Send): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (neverSent(error)) throw error;
    }
    this.counts.lostAnswers++;
  }

  /** Answers normally; a copy of the request arrives after later requests. */
  async #double<T>(mutation: Mutation<T>, fate: Fate): Promise<T> {
    const send = await mutation.copy();
    const result = await send() as T;
    this.counts.doubledRequests++;
    this.#late.push({ due: this.#operations + fate.lateBy, send });
    await this.slowDown(fate.delayMs, [mutation.attempt, mutation.options], "unknown");
    return result;
  }

  /** Applies the request twice; the second answer is the only one. */
  async #replay<T>({ attempt, options, copy }: Mutation<T>, fate: Fate): Promise<T> {
    const send = await copy();
    await send(); // a refusal of the first request is final: it has no copy
    this.counts.replayedRequests++;
    const result = await send() as T;
    await this.slowDown(fate.delayMs, [attempt, options], "unknown");
    return result;
  }

  async #hold<T>(mutation: Mutation<T>, fate: Fate): Promise<void> {
    // The body is consumed even if the request is lost.
    const send = await mutation.copy();
    if (fate.kind === "lostRequest") {
      this.counts.lostRequests++;
      return;
    }
    this.counts.lateRequests++;
    this.#late.push({ due: this.#operations + fate.lateBy, send });
  }

  /** Runs an operation that changes nothing, or loses it. */
  async query<T>(
    attempt: Attempt,
    options: OperationOptions | undefined,
    send: () => Promise<T>,
  ): Promise<T> {
    const isLost = this.random() < this.settings.lostRead;
    const delayMs = this.delay();
    await this.arrive();
    if (!isLost) {
      const result = await send();
      await this.slowDown(delayMs, [attempt, options]);
      return result;
    }
    this.counts.lostReads++;
    throw connectionLost(attempt);
  }

  /** Returns a result whose body is chopped into small chunks or fails, as drawn. */
  spoilBody(result: ReadResult, attempt: Attempt): ReadResult {
    const { brokenBody, chop } = this.settings;
    const breaks = this.random() < brokenBody;
    const length = result.end - result.start;
    const breakAt = breaks ? below(this.random, length + 1) : Infinity;
    // A separate generator, so that the time at which a body is read does not affect other faults.
    const random = randomFrom(below(this.random, 2 ** 32));
    if (!breaks && chop === undefined) return result;
    if (breaks) this.counts.brokenBodies++;
    const body = spoil(result.body, {
      chop: () => chop === undefined ? Infinity : 1 + below(random, chop),
      breakAt,
      error: connectionLost(attempt),
    });
    return { ...result, body };
  }
}
