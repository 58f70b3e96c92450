import { concat } from "@std/bytes/concat";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { withBatch } from "./_batches.ts";
import type { PartWriter } from "./_part_writer.ts";

/**
 * Adds to an object by replacing it under compare-and-swap.
 *
 * @param created The metadata of an object that this writer creates
 */
export function rewriteWriter(
  storage: StorageAdapter,
  key: string,
  created: Readonly<Record<string, string>>,
): PartWriter {
  const add: PartWriter["add"] = async (base, bytes, at, batch) => {
    const { version, body: old = new Uint8Array() } = base;
    const body = concat([old.subarray(0, at), bytes]);
    const metadata = withBatch(base.metadata ?? created, batch);
    const info = await storage.write(key, body, {
      precondition: version === undefined ? "absent" : { version },
      ...(storage.capabilities.metadata && {
        contentType: "text/csv; charset=utf-8",
        metadata,
      }),
    });
    return { size: info.size, version: info.version, body, metadata };
  };
  return {
    add,
    replaceEnd: add,
    keepsBatches: storage.capabilities.metadata,
    async read(from) {
      const result = await storage.read(key);
      if (result === null) return null;
      // One read is both the proof of what landed and the next base.
      const body = concat(await Array.fromAsync(result.body));
      const { version, metadata = {} } = result.info;
      const start = from > body.length ? 0 : from;
      return { start, base: { version, metadata, body }, chunks: one(body.subarray(start)) };
    },
    head: ({ body }, length) => Promise.resolve(body!.subarray(0, length)),
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
