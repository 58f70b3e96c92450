import { concat } from "@std/bytes/concat";
import { RecordScanner, type Rest } from "../csv/record_scanner.ts";
import { passingChunks } from "../storage/passing_chunks.ts";
import type { ReadResult } from "../storage/storage_adapter.ts";
import { swapQuotes } from "./_dialect.ts";

const CHUNK_BYTES = 256 * 1024;

/** Records that end in the same chunk of an object. */
export interface RecordBatch {
  /** Bytes of the object, which hold the records whole. */
  readonly bytes: Uint8Array;
  /** The offset of the first of these bytes in the object. */
  readonly base: number;
  /** The offsets in the object of the records' texts: the start and the end of each in turn. */
  readonly bounds: readonly number[];
  /** For the last batch: the kind of its only record, which has no line ending. */
  readonly rest?: Exclude<Rest, "nothing">;
  /** How far the object was scanned. */
  readonly scanned: number;
}

/** Options of {@linkcode recordBatches}. */
export interface BatchOptions {
  /** Whether texts are quoted with `'`, as Gradio did in 2022. */
  readonly singleQuotes: boolean;
  /** Whether batches stay valid after the next one is asked for. */
  readonly keep: boolean;
}

/**
 * Yields the records of an object that is read from between two records on. Blank lines are skipped. A
 * last record without a line ending comes in a batch of its own. Copies each byte at most once, however
 * many chunks a record spans.
 */
export async function* recordBatches(
  result: ReadResult,
  { singleQuotes, keep }: BatchOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const scanner = new RecordScanner(result.start);
  let pending: Uint8Array[] = [];
  let base = result.start;
  for await (const chunk of keep ? freshChunks(result) : passingChunks(result)) {
    const part = singleQuotes ? swapQuotes(chunk) : chunk;
    const bounds: number[] = [];
    const { offset } = scanner;
    scanner.push(part, (start, end) => bounds.push(start, end));
    const { end } = scanner;
    if (bounds.length > 0) {
      const bytes = pending.length === 0 ? part : concat([...pending, part]);
      yield { bytes, base, bounds, scanned: end };
    }
    if (end > offset) {
      // Without a copy, the rest would be overwritten with the chunk.
      pending = end === scanner.offset ? [] : [part.slice(end - offset)];
      base = end;
    } else pending.push(keep || singleQuotes ? part : part.slice());
  }
  if (scanner.rest === "nothing") return;
  const bounds = [base, scanner.offset];
  yield { bytes: concat(pending), base, bounds, rest: scanner.rest, scanned: base };
}

/** Yields chunks that the caller may keep, the next being read meanwhile. */
async function* freshChunks(
  { start, end, body }: Pick<ReadResult, "start" | "end" | "body">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = end - start > CHUNK_BYTES ? byobReader(body) : null;
  if (reader === null) return yield* body;
  const read = () => {
    const reading = reader.read(new Uint8Array(CHUNK_BYTES));
    reading.catch(() => {}); // the caller sees the error when it asks for the next chunk
    return reading;
  };
  let reading = read();
  try {
    while (true) {
      const { done, value } = await reading;
      if (done) return;
      reading = read();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
