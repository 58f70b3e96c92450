import { BlockReader } from "./_block_reader.ts";
import { orderOf } from "./_by_time.ts";
import { microseconds } from "./microseconds.ts";
import { passes } from "./_matcher.ts";
import { float64List, uint32List } from "./_numbers.ts";
import type { Reading } from "./_open_table.ts";
import { Row } from "./_row.ts";
import { scanRows } from "./_scan.ts";
import type { Select } from "./_selection.ts";
import { fail } from "../storage/kit/fail.ts";
import type { StorageError } from "../storage/storage_error.ts";

/** Yields rows in the order of their timestamps: reads all, then each where it is. */
export async function* readByTime(
  reading: Reading,
  select: Select,
  order: "timestamp" | "-timestamp",
): AsyncGenerator<Row, void, undefined> {
  const { table, matcher, onDamage, signal } = reading;
  const times = float64List();
  const starts = float64List();
  const lengths = uint32List();
  const pieces = uint32List();
  for (const [i, piece] of table.pieces.entries()) {
    const isSparse = matcher.search === ""; // a search needs all cells
    const options = { start: piece.bodyStart, waits: false, isSparse, onDamage, signal };
    for await (const rows of scanRows(table, piece, options)) {
      for (const row of rows) {
        if (!select(row) || !passes(matcher, row)) continue;
        times.push(microseconds(row.cell("timestamp") ?? ""));
        starts.push(row.start);
        lengths.push(row.end - row.start);
        pieces.push(i);
      }
    }
  }
  const blocks = new BlockReader(table.storage);
  const sorted = orderOf(times.view());
  if (order === "-timestamp") sorted.reverse();
  for (const at of sorted) {
    const piece = table.pieces[pieces.at(at)]!;
    const start = starts.at(at);
    const end = start + lengths.at(at);
    signal?.throwIfAborted();
    const found = await blocks.read(piece.key, start, end);
    if (found === null) throw shrunk(table.storage.name, piece.key);
    const { bytes, base } = found;
    const row = new Row(table, piece, { bytes, base, start, end });
    if (reading.select !== undefined) row.select = reading.select;
    yield row;
  }
}

/** The error of a piece that was changed between two looks at it. */
export function shrunk(adapter: string, key: string): StorageError {
  const why = "it became shorter meanwhile: read again";
  return fail({ adapter, operation: "read", key }, { code: "Conflict", why });
}
