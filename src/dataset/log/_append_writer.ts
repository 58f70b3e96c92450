import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { refusal } from "../../storage/kit/fail.ts";
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
    async replaceEnd({ version }, bytes, at) {
      if (storage.capabilities.cut) {
        return await storage.append!(key, bytes, { at, ifVersion: version, cut: true });
      }
      const whole = await storage.read(key, { range: { start: 0, end: at }, ifVersion: version });
      if (whole === null || version === undefined) {
        const attempt = { adapter: storage.name, operation: "append to", key };
        throw refusal(attempt, "Conflict", "it was deleted");
      }
      const { contentType, metadata } = whole.info;
      return await storage.write(key, followedBy(whole.body, bytes), {
        precondition: { version },
        size: at + bytes.length,
        ...(storage.capabilities.metadata && { contentType, metadata }),
      });
    },
    head: (_base, length) => headOf(storage, key, length),
  };
}

function followedBy(
  body: ReadableStream<Uint8Array>,
  bytes: Uint8Array,
): ReadableStream<Uint8Array> {
  const flush = (end: TransformStreamDefaultController<Uint8Array>): void => end.enqueue(bytes);
  return body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ flush }));
}
