import { fnv1a } from "../../storage/kit/fnv1a.ts";
import type { ObjectVersion, StorageAdapter, WriteBody } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";

/**
 * The key of the object that keeps a torn row, which is not part of any dataset. Writers that find the
 * same torn state choose the same key, so that one copy is stored.
 *
 * @param key The key of the dataset's file
 * @param end The offset after its last whole row
 * @param version The version whose end is torn
 */
export function asideKey(key: string, end: number, version: ObjectVersion): string {
  const hash = fnv1a(new TextEncoder().encode(`${end} ${version}`));
  return `${key}.torn-${hash.toString(16).padStart(8, "0")}`;
}

/**
 * Keeps torn bytes under their key. The first writer wins: once it has them, it cuts them off in place,
 * and others may already be reading what comes after.
 */
export async function writeAside(
  storage: StorageAdapter,
  key: string,
  torn: WriteBody,
): Promise<void> {
  const { cut, create } = storage.capabilities;
  try {
    const precondition = cut && create !== "none" ? "absent" : undefined;
    await storage.write(key, torn, { precondition });
  } catch (error) {
    if (!hasCode(error, "Conflict")) throw error;
  }
}
