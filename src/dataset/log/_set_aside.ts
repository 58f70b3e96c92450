import { fnv1a } from "../../storage/kit/fnv1a.ts";
import type { ObjectVersion, StorageAdapter } from "../../storage/storage_adapter.ts";

/**
 * Moves a torn row from the end of an object to a separate object, which is not part of any dataset.
 * The torn bytes are stored before the cut, and the cut is a compare-and-swap: if another writer
 * changed the object meanwhile, it rejects with `Conflict` and cuts nothing.
 *
 * @param storage The storage that holds the object
 * @param key The object's key
 * @param end The offset after the last whole row
 * @param version The version whose end is torn
 * @returns The key of the object with the torn bytes
 */
export async function setAside(
  storage: StorageAdapter,
  key: string,
  end: number,
  version: ObjectVersion,
): Promise<string> {
  // Writers that find the same torn state choose the same key, so that only one copy is stored.
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
    ...(storage.capabilities.metadata && { contentType, metadata }),
  });
  return asideKey;
}
