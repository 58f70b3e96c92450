import { decodeRecord } from "../csv/decode.ts";
import { RecordSplitter } from "../csv/record_splitter.ts";
import { passingChunks } from "../storage/passing_chunks.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

/**
 * The cells of a CSV object's records, as they stand there: escaped, the header first. Reads one
 * chunk at a time. A record without a line end at the very end is one, too.
 *
 * @param storage Where the object is
 * @param key The object
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
