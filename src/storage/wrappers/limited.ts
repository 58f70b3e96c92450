import { type Release, Slots } from "../kit/slots.ts";
import { watchBody } from "../kit/watch_body.ts";
import { type Call, listAttempt, notApplied, surround } from "./_wrapper.ts";
import type { SendList } from "./_wrapper.ts";
import type { ListOptions, ObjectInfo, ReadResult, StorageAdapter } from "../storage_adapter.ts";

async function callInSlot<T>(call: Call<T>, slots: Slots): Promise<T> {
  const release = await slots.take(call.signal, [call.attempt, notApplied(call)]);
  try {
    return await call.send();
  } finally {
    release();
  }
}

async function readInSlot(
  call: Call<ReadResult | null>,
  slots: Slots,
): Promise<ReadResult | null> {
  const { signal, attempt } = call;
  const release = await slots.take(signal, [attempt, undefined]);
  try {
    const result = await call.send();
    if (result === null) return release(), null;
    return { ...result, body: watchBody(result.body, { onEnd: release, signal }) };
  } catch (error) {
    release();
    throw error;
  }
}

async function nextIn<T>(entries: AsyncIterator<T>, release: Release): Promise<IteratorResult<T>> {
  try {
    return await entries.next();
  } finally {
    release();
  }
}

async function* listInSlots(
  adapter: StorageAdapter,
  options: ListOptions,
  [send, slots]: readonly [send: SendList, slots: Slots],
): AsyncGenerator<ObjectInfo, void, undefined> {
  const entries = send(options)[Symbol.asyncIterator]();
  try {
    while (true) {
      const release = await slots.take(options.signal, [listAttempt(adapter), undefined]);
      const next = await nextIn(entries, release);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await entries.return?.();
  }
}

/**
 * Wraps an adapter so that at most so many of its operations are under way at a time; others wait
 * for their turn, first come, first served. One whose signal is aborted meanwhile never runs.
 *
 * A read is under way until its body ended, was cancelled, or its signal was aborted; a listing only
 * while it waits for its next entry. So whoever needs one body to write another one needs two at a
 * time.
 *
 * @param adapter The adapter to wrap; its name and capabilities are kept
 * @param concurrency How many operations, a whole number
 * @returns The wrapper
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { limited } from "@flagstone/flagging/wrappers";
 *
 * const storage = limited(new MemoryAdapter(), 8);
 * const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`);
 * await Promise.all(keys.map((key) => storage.write(key, new Uint8Array(3))));
 * ```
 */
export function limited(adapter: StorageAdapter, concurrency: number): StorageAdapter {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(
      `Cannot limit storage as "concurrency" must be a whole number above 0: current value is ${concurrency}`,
    );
  }
  const slots = new Slots(concurrency);
  return surround(adapter, {
    call: (call) => callInSlot(call, slots),
    read: (call) => readInSlot(call, slots),
    list: (options, send) => listInSlots(adapter, options, [send, slots]),
  });
}
