import { callInTime, listInTime, readInTime, refuseTime } from "../kit/in_time.ts";
import { listAttempt, notApplied, surround } from "./_wrapper.ts";
import type { StorageAdapter } from "../storage_adapter.ts";

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
  refuseTime(ms);
  return surround(adapter, {
    call: (call) => callInTime({ ...call, outcome: notApplied(call) && "unknown" }, ms),
    read: (call) => readInTime(call, ms),
    list: (options, send) => listInTime({ attempt: listAttempt(adapter), options, send }, ms),
  });
}
