import { decodeRecord } from "../csv/decode.ts";
import { RecordSplitter } from "../csv/record_splitter.ts";
import { passingChunks } from "../storage/passing_chunks.ts";
import type { ReadResult } from "../storage/storage_adapter.ts";

/** Yields the cells of the records in an object that is being read. */
export async function* recordsOf(result: ReadResult): AsyncGenerator<string[], void, undefined> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const splitter = new RecordSplitter();
  for await (const chunk of passingChunks(result)) {
    for (const record of splitter.push(chunk)) yield decodeRecord(decoder.decode(record));
  }
  const { pending } = splitter;
  if (pending.length > 0) yield decodeRecord(decoder.decode(pending));
}
