import { Backoff, type RetryOptions } from "../storage/kit/backoff.ts";
import { hasCode, isTransient } from "../storage/storage_error.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

const checked: WeakMap<StorageAdapter, Promise<unknown>> = new WeakMap();

/** A check leaves open whether a write of its own was applied, and may be repeated. */
function mayPass(error: unknown): boolean {
  return isTransient(error) || hasCode(error, "Unknown");
}

/**
 * Checks an adapter once, if it has a `check()` or a `probe()`. Repeats a check that the network
 * failed, and checks again if the last check failed.
 *
 * @param prefix The start of the keys that the logger writes
 */
export async function checkOnce(
  storage: StorageAdapter,
  prefix: string,
  retry: RetryOptions | undefined,
): Promise<void> {
  if (storage.check === undefined && storage.probe === undefined) return;
  const check = async () => await (storage.check?.({ prefix }) ?? storage.probe?.());
  const checking = checked.get(storage) ?? new Backoff(retry).repeat(mayPass, check);
  checked.set(storage, checking);
  try {
    await checking;
  } catch (error) {
    checked.delete(storage);
    throw error;
  }
}
