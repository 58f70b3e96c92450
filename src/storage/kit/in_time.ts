import type { ListOptions, ObjectInfo, ReadResult, WriteBody } from "../storage_adapter.ts";
import type { Outcome } from "../storage_error.ts";
import { Deadline } from "./deadline.ts";
import type { Attempt } from "./fail.ts";
import { type Chunk, watchBody } from "./watch_body.ts";

const LONGEST_MS = 2 ** 31 - 1;

/** The most bytes of a stream that are sent between two chunks: one part of an upload. */
const PART_BYTES = 8 * 1024 * 1024;

/** Options that replace the caller's. */
export interface InTimeChange {
  readonly signal: AbortSignal;
  readonly body?: WriteBody;
}

/** A call that has a time limit. */
export interface TimedCall<T> {
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
  /** The bytes of a write. */
  readonly body?: WriteBody | undefined;
  /** The slowest upload that is waited for, in bytes a millisecond. @default {any} */
  readonly slowest?: number | undefined;
  /** The outcome of a mutation whose time is up, because it is unknown how far it got. */
  readonly outcome?: Outcome | undefined;
  readonly send: (change: InTimeChange) => Promise<T>;
}

/** A listing that has a time limit. */
export interface TimedList {
  readonly attempt: Attempt;
  readonly options: ListOptions;
  readonly send: (options: ListOptions) => AsyncIterable<ObjectInfo>;
}

/** Throws a RangeError unless a time limit can be kept. */
export function refuseTime(ms: number): void {
  if (ms > 0 && ms <= LONGEST_MS) return;
  throw new RangeError(
    `Cannot time storage: "ms" is ${ms}; pass a number above 0, at most ${LONGEST_MS}`,
  );
}

/** Runs a call whose result has no body. */
export async function callInTime<T>(call: TimedCall<T>, ms: number): Promise<T> {
  const { attempt, body, outcome, slowest = Infinity } = call;
  const length = body instanceof Uint8Array ? body.length : 0;
  const deadline = new Deadline(ms + length / slowest, call.signal);
  let sent = 0;
  // The limit of a streamed write is for each chunk, because their number is unknown.
  const next = async (read: () => Promise<Chunk>): Promise<Chunk> => {
    deadline.start(ms);
    const chunk = await read();
    sent += chunk.value?.length ?? 0;
    deadline.start(ms + Math.min(sent, PART_BYTES) / slowest);
    return chunk;
  };
  try {
    const { signal } = deadline;
    const change = body instanceof ReadableStream && !body.locked
      ? { signal, body: watchBody(body, { next }) }
      : { signal };
    return await deadline.within({ attempt, outcome }, () => call.send(change));
  } finally {
    deadline.end();
  }
}

/** Runs a call whose result has a body: the limit is for the answer, then for each chunk. */
export async function readInTime(
  call: TimedCall<ReadResult | null>,
  ms: number,
): Promise<ReadResult | null> {
  const { attempt } = call;
  const deadline = new Deadline(ms, call.signal);
  try {
    const { signal } = deadline;
    const result = await deadline.within(
      { attempt },
      () => call.send({ signal }),
      (late) => late?.body.cancel().catch(() => {}),
    );
    if (result === null) return deadline.end(), null;
    const next = (read: () => Promise<Chunk>) => deadline.within({ attempt }, read);
    const onEnd = () => deadline.end();
    return { ...result, body: watchBody(result.body, { next, onEnd, signal: call.signal }) };
  } catch (error) {
    deadline.end();
    throw error;
  }
}

/** Runs a listing: the limit is for each entry. */
export async function* listInTime(
  { attempt, options, send }: TimedList,
  ms: number,
): AsyncGenerator<ObjectInfo, void, undefined> {
  const deadline = new Deadline(ms, options.signal);
  const entries = send({ ...options, signal: deadline.signal })[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await deadline.within({ attempt }, () => entries.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    deadline.end();
    const closing = entries.return?.();
    // A listing that hangs would also hang here.
    if (deadline.expired) closing?.catch(() => {});
    else await closing;
  }
}
