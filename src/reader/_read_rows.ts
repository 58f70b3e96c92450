import {
  isPassed,
  type Place,
  placeAfter,
  placeAfterPart,
  placeAfterSegment,
  placeOf,
  refuseMissing,
  resumeAt,
} from "./_cursors.ts";
import { matcherOf, passes, passesAll, unknownColumn } from "./_matcher.ts";
import type { OpenPiece } from "./_open_piece.ts";
import { openPieces } from "./_pieces.ts";
import type { OpenTable, Reading } from "./_open_table.ts";
import type { Row } from "./_row.ts";
import { damageOf, scanRows } from "./_scan.ts";
import { type Select, selectionOf } from "./_selection.ts";
import { type Damage, DamageError } from "./damage.ts";
import type { RowsOptions } from "./dataset.ts";

const ORDERS = ["stored", "timestamp", "-timestamp"];
const OUTSIDE = /(?:^|[/\\])\.\.(?:[/\\]|$)/;

/** Yields the rows of a table as the options say. */
export async function* readRows(
  table: OpenTable,
  options: RowsOptions,
): AsyncGenerator<Row, void, undefined> {
  const { limit = Infinity, order = "stored", onDamage = "throw", signal } = options;
  refuseMistakes(table, options);
  const reading: Reading = {
    table,
    matcher: matcherOf(options, table.names),
    select: options.select,
    onDamage: onDamage === "throw" ? throwDamage : onDamage,
    signal,
  };
  let left = limit;
  if (left <= 0) return;
  const batches = order === "stored"
    ? storedRows(reading, options)
    : await sortedRows(reading, options, order);
  // Only here rows come one by one: every generator that passes them on would cost as much again.
  for await (const rows of batches) {
    for (const row of rows) {
      yield row;
      if (--left <= 0) return;
    }
  }
}

function throwDamage(damage: Damage): never {
  throw new DamageError(damage);
}

/** Reads the dataset for the options that need it, and returns the test of its rows. */
async function selected(reading: Reading, options: RowsOptions): Promise<Select> {
  const readAll = async function* () {
    const quiet = { ...reading, onDamage: () => {} };
    for (const piece of reading.table.pieces) {
      const scanning = { ...quiet, start: piece.bodyStart, waits: false, isSparse: true };
      yield* scanRows(reading.table, piece, scanning);
    }
  };
  return (await selectionOf(readAll, options))();
}

async function sortedRows(
  reading: Reading,
  options: RowsOptions,
  order: "timestamp" | "-timestamp",
): Promise<AsyncGenerator<Iterable<Row>, void, undefined>> {
  const { readByTime } = await import("./_read_by_time.ts");
  return inBatches(readByTime(reading, await selected(reading, options), order));
}

async function* inBatches(
  rows: AsyncIterable<Row>,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  for await (const row of rows) yield [row];
}

async function* storedRows(
  reading: Reading,
  options: RowsOptions,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  const { follow = false, intervalMs = 1000, signal } = options;
  const select = await selected(reading, options);
  const from: From = { place: placeOf(options.after), pieces: reading.table.pieces };
  refuseMissing(reading.table.storage, from.place, from.pieces);
  const isAll = passesAll(reading.matcher);
  try {
    while (true) {
      for await (const rows of rowsAfter(reading, from, follow)) {
        yield passingRows(
          rows,
          reading,
          (row) => select(row) && (isAll || passes(reading.matcher, row)),
        );
      }
      if (!follow) return;
      await pause(intervalMs, signal);
      await lookAgain(reading, from);
    }
  } catch (error) {
    if (!follow || !signal?.aborted) throw error;
  }
}

function* passingRows(
  rows: Iterable<Row>,
  { select }: Reading,
  test: (row: Row) => boolean,
): Generator<Row, void, undefined> {
  for (const row of rows) {
    if (!test(row)) continue;
    if (select !== undefined) row.select = select;
    yield row;
  }
}

/** Finds pieces that were added since. */
async function lookAgain({ table, signal }: Reading, from: From): Promise<void> {
  signal?.throwIfAborted();
  const known = new Map(from.pieces.map((piece) => [piece.key, piece]));
  from.pieces = (await openPieces(table.opening, known)).pieces;
  table.adopt(from.pieces);
  refuseMissing(table.storage, from.place, from.pieces);
}

/** Where a reading goes on; changes as it does. */
interface From {
  place: Place;
  pieces: readonly OpenPiece[];
}

/** Yields the rows after a place, and moves it. */
async function* rowsAfter(
  reading: Reading,
  from: From,
  waits: boolean,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  const { table, onDamage, signal } = reading;
  for (const [i, piece] of from.pieces.entries()) {
    if (isPassed(piece, from.place)) continue;
    signal?.throwIfAborted();
    const start = await resumeAt(table.storage, piece, from.place);
    const isSparse = isSparselyRead(reading);
    const scanning = { start, waits, isSparse, onDamage, signal };
    const seen: Seen = { last: undefined };
    for await (const rows of scanRows(table, piece, scanning)) {
      yield placedRows(rows, reading, { before: from.place, seen });
    }
    if (seen.last !== undefined) from.place = placeAfter(from.place, seen.last);
    const next = from.pieces[i + 1];
    const isContinued = next?.file === piece.file && next.writer === piece.writer;
    if (piece.closed && !isContinued) from.place = placeAfterSegment(from.place, piece);
    if (piece.writer === null && isContinued) from.place = placeAfterPart(from.place, piece);
  }
}

/** The row of a piece that was read last. */
interface Seen {
  last: Row | undefined;
}

/** Notes where rows stand, and tells cells of files whose paths lead out of the dataset's directory. */
function* placedRows(
  rows: Iterable<Row>,
  { table, onDamage }: Reading,
  { before, seen }: { readonly before: Place; readonly seen: Seen },
): Generator<Row, void, undefined> {
  const columns = table.columns.filter(({ type }) => type === "file" || type === "files");
  for (const row of rows) {
    row.before = before;
    seen.last = row;
    for (const { name } of columns) {
      if (!OUTSIDE.test(row.cell(name) ?? "")) continue;
      onDamage(damageOf(row, "path", `has a path in "${name}" that leads out of the dataset`));
    }
    yield row;
  }
}

/** Whether few cells of a row are needed, so that it is not worth to decode all of them. */
function isSparselyRead({ table, matcher, select }: Reading): boolean {
  if (select === undefined || matcher.search !== "") return false;
  return (select.length + matcher.tests.length) * 2 <= table.names.length;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

function refuseMistakes(table: OpenTable, options: RowsOptions): void {
  const { order = "stored", follow, current, uniqueBy, onePer, select = [], after } = options;
  if (!ORDERS.includes(order)) {
    throw new TypeError(`Cannot read in the order "${order}": use ${ORDERS.join(", ")}`);
  }
  const needsAll = current || uniqueBy !== undefined || onePer !== undefined;
  if (follow && (needsAll || order !== "stored")) {
    throw new TypeError("Cannot follow a dataset with an order, current, uniqueBy or onePer");
  }
  if (after !== undefined && order !== "stored") {
    throw new TypeError("Cannot read on after a cursor in another order than the stored one");
  }
  for (const name of [...select, ...onePer ?? [], ...uniqueBy === undefined ? [] : [uniqueBy]]) {
    if (!table.byName.has(name)) throw unknownColumn(name, table.names);
  }
}
