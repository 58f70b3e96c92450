import { decodeRecord } from "../csv/decode.ts";
import { RecordSplitter } from "../csv/record_splitter.ts";
import { passingChunks } from "../storage/passing_chunks.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

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
  if (result === null) return;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const splitter = new RecordSplitter();
  for await (const chunk of passingChunks(result)) {
    for (const record of splitter.push(chunk)) yield decodeRecord(decoder.decode(record));
  }
  if (splitter.pending.length > 0) yield decodeRecord(decoder.decode(splitter.pending));
}
