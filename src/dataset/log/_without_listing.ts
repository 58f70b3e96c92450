// Imports types only: a chunk that is loaded later must not share code with the core.
import type { ObjectInfo, StorageAdapter } from "../../storage/storage_adapter.ts";
import type { Parts } from "./part_keys.ts";

/**
 * Returns a storage in which an object that may not be looked at counts as missing: without the right
 * to list, S3 also refuses to look at a missing object. If it exists, its creation is refused later, so
 * nothing is overwritten.
 *
 * @param isRefused Whether an error says that a right is missing
 */
export function refusedAsMissing(
  storage: StorageAdapter,
  isRefused: (error: unknown) => boolean,
): StorageAdapter {
  const missing = (error: unknown): null => {
    if (isRefused(error)) return null;
    throw error;
  };
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, options) => storage.stat(key, options).catch(missing),
    read: (key, options) => storage.read(key, options).catch(missing),
    write: (key, body, options) => storage.write(key, body, options),
    ...(storage.append && { append: storage.append.bind(storage) }),
    delete: (key, options) => storage.delete(key, options),
    list: (options) => storage.list(options),
  };
}

/**
 * Finds the parts of a dataset without a listing, if none in between is missing: looks at the parts 2,
 * 4, 8, …, then between the last one that exists and the first one that does not.
 *
 * @param keyOf Returns the key of a part
 */
export async function findPartsOneByOne(
  storage: StorageAdapter,
  keyOf: (part: number) => string,
): Promise<Parts> {
  let latest: ObjectInfo | null = null;
  let there = 1;
  let gone = Infinity;
  while (gone - there > 1) {
    const part = gone === Infinity ? 2 * there : (there + gone) >> 1;
    const info = await storage.stat(keyOf(part));
    if (info === null) gone = part;
    else [there, latest] = [part, info];
  }
  const numbers = Array.from({ length: there }, (_, i) => i + 1);
  return { numbers, latest: there, metadata: latest?.metadata };
}
