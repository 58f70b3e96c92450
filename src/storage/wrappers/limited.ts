import { type Release, Slots } from "../kit/slots.ts";
import { watchBody } from "../kit/watch_body.ts";
import { type Call, listAttempt, notApplied, surround } from "./_wrapper.ts";
import type { SendList } from "./_wrapper.ts";
import type { ListOptions, ObjectInfo, ReadResult, StorageAdapter } from "../storage_adapter.ts";

async function callInSlot<T>(call: Call<T>, slots: Slots): Promise<T> {
  const release = await slots.take(call.signal, {
    attempt: call.attempt,
    outcome: notApplied(call),
  });
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
  const release = await slots.take(signal, { attempt });
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
  { send, slots }: { readonly send: SendList; readonly slots: Slots },
): AsyncGenerator<ObjectInfo, void, undefined> {
  const entries = send(options)[Symbol.asyncIterator]();
  try {
    while (true) {
      const release = await slots.take(options.signal, { attempt: listAttempt(adapter) });
      const next = await nextIn(entries, release);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await entries.return?.();
  }
}

/**
 * Wraps an adapter so that only a limited number of its operations run at a time. The others wait in
 * the order of their calls. An operation whose signal is aborted while it waits never runs.
 *
 * A read runs until its body ends or is cancelled, or its signal is aborted; a listing runs only while
 * it waits for its next entry. A program that reads one body to write another needs a concurrency of
 * at least two.
 *
 * @param adapter The adapter to wrap; its name and capabilities are kept
 * @param concurrency The number of operations, a whole number
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
 *
 * @category Wrappers
 */
export function limited(adapter: StorageAdapter, concurrency: number): StorageAdapter {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(
      `Cannot limit storage: "concurrency" is ${concurrency}; pass a whole number above 0`,
    );
  }
  const slots = new Slots(concurrency);
  return surround(adapter, {
    call: (call) => callInSlot(call, slots),
    read: (call) => readInSlot(call, slots),
    list: (options, send) => listInSlots(adapter, options, { send, slots }),
  });
}
