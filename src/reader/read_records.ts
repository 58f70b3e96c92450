import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { recordsOf } from "./_records_of.ts";

/**
 * Yields the cells of a CSV object's records as they are stored: escaped, the header first. Reads one
 * chunk at a time. A final record without a line ending is also yielded.
 *
 * @param storage The storage that holds the object
 * @param key The object's key
 * @category Reading
 */
export async function* readRecords(
  storage: StorageAdapter,
  key: string,
): AsyncGenerator<string[], void, undefined> {
  const result = await storage.read(key);
  if (result !== null) yield* recordsOf(result);
}
