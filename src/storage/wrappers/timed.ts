import { Deadline } from "./_deadline.ts";
import { type Chunk, watchBody } from "../kit/watch_body.ts";
import { type Call, listAttempt, notApplied, surround } from "./_wrapper.ts";
import type { SendList } from "./_wrapper.ts";
import type { ListOptions, ObjectInfo, ReadResult, StorageAdapter } from "../storage_adapter.ts";

const LONGEST_MS = 2 ** 31 - 1;

/** The outcome of a mutation whose time is up: how far it got is unknown. */
function unanswered(call: Call<unknown>): "unknown" | undefined {
  return notApplied(call) && "unknown";
}

async function callInTime<T>(call: Call<T>, ms: number): Promise<T> {
  const { attempt, body } = call;
  const deadline = new Deadline(ms, call.signal);
  try {
    const { signal } = deadline;
    const change = body instanceof ReadableStream && !body.locked
      // The limit of a streamed write is for each chunk, because their number is unknown.
      ? { signal, body: watchBody(body, { next: (read) => (deadline.start(), read()) }) }
      : { signal };
    return await deadline.within({ attempt, outcome: unanswered(call) }, () => call.send(change));
  } finally {
    deadline.end();
  }
}

async function readInTime(
  call: Call<ReadResult | null>,
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

async function* listInTime(
  adapter: StorageAdapter,
  options: ListOptions,
  { send, ms }: { readonly send: SendList; readonly ms: number },
): AsyncGenerator<ObjectInfo, void, undefined> {
  const deadline = new Deadline(ms, options.signal);
  const entries = send({ ...options, signal: deadline.signal })[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await deadline.within({ attempt: listAttempt(adapter) }, () => entries.next());
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

/**
 * Wraps an adapter so that nothing hangs: an operation that takes longer rejects with `TimedOut`.
 *
 * The limit applies to one call, to the next entry of a listing, to the next chunk of a body that is
 * read (while its reader waits for it), and to the next chunk of a body that is written. A mutation
 * whose time is up has the outcome that the adapter reports, or `"unknown"`.
 *
 * @param adapter The adapter to wrap; its name and capabilities are kept
 * @param ms The time in milliseconds
 * @returns The wrapper
 *
 * @example Usage
 * ```ts
 * import { hasCode, MemoryAdapter } from "@flagstone/flagging";
 * import { timed } from "@flagstone/flagging/wrappers";
 * import { assert, assertRejects } from "@std/assert";
 *
 * const hanging = new MemoryAdapter();
 * hanging.stat = () => new Promise(() => {});
 * const error = await assertRejects(() => timed(hanging, 20).stat("a"));
 * assert(hasCode(error, "TimedOut"));
 * ```
 *
 * @category Wrappers
 */
export function timed(adapter: StorageAdapter, ms: number): StorageAdapter {
  if (!(ms > 0 && ms <= LONGEST_MS)) {
    throw new RangeError(
      `Cannot time storage: "ms" is ${ms}; pass a number above 0, at most ${LONGEST_MS}`,
    );
  }
  return surround(adapter, {
    call: (call) => callInTime(call, ms),
    read: (call) => readInTime(call, ms),
    list: (options, send) => listInTime(adapter, options, { send, ms }),
  });
}
