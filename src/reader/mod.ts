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
import { RecordSplitter } from "../csv/record_splitter.ts";
import { passingChunks } from "../storage/passing_chunks.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { objectKeysOf } from "../dataset/file_name.ts";

/** One sample: its texts, by their columns. Of columns with one name the last one counts. */
export type DatasetRow = Record<string, string>;

/** Options of {@linkcode readDataset}. */
export interface ReadDatasetOptions {
  /**
   * A column whose texts are told only once, such as the `id` that a logger with `sampleId` writes:
   * of the samples with one text in it only the first is read. Keeps the texts in memory.
   */
  readonly uniqueBy?: string | undefined;
}

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

/** The samples of one object with a header. */
async function* readRows(
  storage: StorageAdapter,
  key: string,
): AsyncGenerator<DatasetRow, void, undefined> {
  let header: string[] | undefined;
  for await (const cells of readRecords(storage, key)) {
    if (header === undefined) header = cells.map(unescapeCell);
    else yield Object.fromEntries(header.map((name, i) => [name, unescapeCell(cells[i] ?? "")]));
  }
}

/**
 * The samples of a dataset with headers, in all its parts and segments, with their texts as they
 * were flagged.
 *
 * @param storage Where the dataset is
 * @param key The dataset's file, such as `"flagged/dataset1.csv"`
 */
export async function* readDataset(
  storage: StorageAdapter,
  key: string,
  { uniqueBy }: ReadDatasetOptions = {},
): AsyncGenerator<DatasetRow, void, undefined> {
  const seen = new Set<string>();
  for (const piece of await objectKeysOf(storage, key)) {
    for await (const row of readRows(storage, piece)) {
      const text = uniqueBy === undefined ? "" : row[uniqueBy] ?? "";
      if (text !== "" && seen.has(text)) continue;
      if (text !== "") seen.add(text);
      yield row;
    }
  }
}
