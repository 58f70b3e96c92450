import type { StorageAdapter } from "../storage/storage_adapter.ts";

const probed: WeakMap<StorageAdapter, Promise<unknown>> = new WeakMap();

/** Probes an adapter once if it has a probe(); probes it again if the last probe failed. */
export async function probeOnce(storage: StorageAdapter): Promise<void> {
  if (storage.probe === undefined) return;
  const probing = probed.get(storage) ?? storage.probe();
  probed.set(storage, probing);
  try {
    await probing;
  } catch (error) {
    probed.delete(storage);
    throw error;
  }
}
