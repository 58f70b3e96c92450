import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import { headOf, type PartRead, type PartWriter, toPartRead } from "./_part_writer.ts";

/** Adds to an object by the adapter's append. */
export function appendWriter(storage: StorageAdapter, key: string): PartWriter {
  async function read(from: number): Promise<PartRead | null> {
    try {
      const range = from === 0 ? undefined : { start: from };
      return toPartRead(await storage.read(key, { range }));
    } catch (error) {
      if (from > 0 && hasCode(error, "RangeNotSatisfiable")) return await read(0);
      throw error;
    }
  }
  return {
    read,
    add: ({ version: ifVersion }, bytes, at) => storage.append!(key, bytes, { at, ifVersion }),
    head: (_base, length) => headOf(storage, key, length),
  };
}
