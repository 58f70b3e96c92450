import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { headOf, type PartWriter, toPartRead } from "./_part_writer.ts";

/** Writes an object once: if the answer is lost, the same bytes again. */
export function writeOnceWriter(storage: StorageAdapter, key: string): PartWriter {
  return {
    add: (_base, bytes) => storage.write(key, bytes),
    read: async () => toPartRead(await storage.read(key)),
    head: (_base, length) => headOf(storage, key, length),
  };
}
