/**
 * Reads datasets back: the rows of a file, one after the other, whatever its size.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { readDataset } from "@flagstone/flagging/reader";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"]);
 * await logger.flag(["=1+1", "2"], "wrong");
 *
 * for await (const row of readDataset(storage, "flagged/dataset1.csv")) {
 *   assertEquals(row.question, "=1+1");
 *   assertEquals(row.flag, "wrong");
 * }
 * ```
 *
 * @module
 */
import { decodeRecord } from "../csv/decode.ts";
import { unescapeCell } from "../csv/escape.ts";
import { RecordScanner } from "../csv/record_scanner.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { concat } from "./_bytes.ts";
import { latestPart, partKey } from "./file_name.ts";

/** One sample: its texts, by their columns. Of columns with one name the last one counts. */
export type DatasetRow = Record<string, string>;

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
  const scanner = new RecordScanner();
  let pending: Uint8Array = new Uint8Array();
  let pendingAt = 0;
  for await (const chunk of result.body) {
    const bytes = concat(pending, chunk);
    const records: (readonly [number, number])[] = [];
    scanner.push(chunk, (start, end) => records.push([start, end]));
    for (const [start, end] of records) {
      yield decodeRecord(decoder.decode(bytes.subarray(start - pendingAt, end - pendingAt)));
    }
    pending = bytes.subarray(scanner.end - pendingAt);
    pendingAt = scanner.end;
  }
  if (pending.length > 0) yield decodeRecord(decoder.decode(pending));
}

/**
 * The samples of a dataset with headers, in all its parts, with their texts as they were flagged.
 *
 * @param storage Where the dataset is
 * @param key The dataset's file, such as `"flagged/dataset1.csv"`
 */
export async function* readDataset(
  storage: StorageAdapter,
  key: string,
): AsyncGenerator<DatasetRow, void, undefined> {
  const parts = await latestPart(storage, key);
  for (let part = 1; part <= parts; part++) {
    let header: string[] | undefined;
    for await (const cells of readRecords(storage, partKey(key, part))) {
      if (header === undefined) header = cells.map(unescapeCell);
      else yield Object.fromEntries(header.map((name, i) => [name, unescapeCell(cells[i] ?? "")]));
    }
  }
}
