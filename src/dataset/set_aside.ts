import type { StorageAdapter, Version } from "../storage/storage_adapter.ts";
import { hasCode } from "../storage/storage_error.ts";

/**
 * Cuts a torn row off an object's end and keeps its bytes in an object of their own, which no
 * dataset reads. The torn bytes are stored before the cut, and the cut is a compare-and-swap: what
 * another writer did meanwhile makes it reject with `Conflict`, and nothing is changed.
 *
 * @param storage Where the object is
 * @param key The object
 * @param end The offset behind the last whole row
 * @param version The version that was found torn
 * @returns The key of the torn bytes
 */
export async function setAside(
  storage: StorageAdapter,
  key: string,
  end: number,
  version: Version,
): Promise<string> {
  const asideKey = `${key}.torn-${crypto.randomUUID().slice(0, 8)}`;
  const torn = await storage.read(key, { range: { start: end }, ifVersion: version });
  if (torn === null) return asideKey;
  await storage.write(asideKey, torn.body);
  try {
    const whole = await storage.read(key, { range: { start: 0, end }, ifVersion: version });
    if (whole === null) return asideKey;
    const { contentType, metadata } = whole.info;
    await storage.write(key, whole.body, {
      precondition: { version },
      size: end,
      ...(storage.capabilities.metadata ? { contentType, metadata } : {}),
    });
  } catch (error) {
    // Another writer was first, so that these bytes are still where they were, or set aside by it.
    if (hasCode(error, "Conflict")) await storage.delete(asideKey);
    throw error;
  }
  return asideKey;
}
