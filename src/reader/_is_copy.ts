import { concat } from "@std/bytes/concat";
import { RecordScanner } from "../csv/record_scanner.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

const COMPARED_BYTES = 65_536;

/** Whether an object begins like another one: a person's copy does, a part has rows of its own. */
export async function isCopy(
  storage: StorageAdapter,
  key: string,
  original: string,
): Promise<boolean> {
  const [copied, there] = await Promise.all([headOf(storage, key), headOf(storage, original)]);
  // All rows of the first part may have been removed: every part begins like what is left of it.
  if (!hasRows(there) && copied.length !== there.length) return false;
  return there.length > 0 &&
    copied.every((byte, i) => byte === (there[i] ?? byte)); // either may have more rows
}

function hasRows(head: Uint8Array): boolean {
  const scanner = new RecordScanner();
  scanner.push(head);
  return scanner.records > 1 || scanner.records === 1 && scanner.rest !== "nothing" ||
    head.length === COMPARED_BYTES;
}

async function headOf(storage: StorageAdapter, key: string): Promise<Uint8Array> {
  const range = { start: 0, end: COMPARED_BYTES };
  const result = await storage.read(key, { range });
  return concat(result === null ? [] : await Array.fromAsync(result.body));
}
