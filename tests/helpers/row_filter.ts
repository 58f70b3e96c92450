import { concat } from "@std/bytes/concat";
import { RecordSplitter } from "../../src/csv/record_splitter.ts";
import type { ByteFilter } from "../../src/storage/storage_adapter.ts";

const END = new TextEncoder().encode("\r\n");

/** Drops records of a CSV file by their text, and keeps the others as they are. */
export function withoutRows(isDropped: (record: string) => boolean): ByteFilter {
  const splitter = new RecordSplitter();
  const decoder = new TextDecoder();
  return {
    push(bytes) {
      const kept = splitter.push(bytes).filter((record) => !isDropped(decoder.decode(record)));
      return concat(kept.flatMap((record) => [record, END]));
    },
    end: () => splitter.pending,
  };
}
