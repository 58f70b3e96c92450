import { fnv1a } from "../../storage/kit/fnv1a.ts";
import type { ObjectVersion, StorageAdapter } from "../../storage/storage_adapter.ts";

/**
 * Cuts a torn row off an object's end and keeps its bytes in an object of their own, which no
 * dataset reads. The torn bytes are stored before the cut, and the cut is a compare-and-swap: what
 * another writer did meanwhile makes it reject with `Conflict`, and nothing is cut.
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
  version: ObjectVersion,
): Promise<string> {
  // All writers that find this state of the object torn use one name.
  const hash = fnv1a(new TextEncoder().encode(`${end} ${version}`));
  const asideKey = `${key}.torn-${hash.toString(16).padStart(8, "0")}`;
  const torn = await storage.read(key, { range: { start: end }, ifVersion: version });
  if (torn === null) return asideKey;
  await storage.write(asideKey, torn.body);
  const whole = await storage.read(key, { range: { start: 0, end }, ifVersion: version });
  if (whole === null) return asideKey;
  const { contentType, metadata } = whole.info;
  await storage.write(key, whole.body, {
    precondition: { version },
    size: end,
    ...(storage.capabilities.metadata ? { contentType, metadata } : {}),
  });
  return asideKey;
}
