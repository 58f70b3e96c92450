import type { Dataset, DatasetOptions, Piece } from "../reader/dataset.ts";
import type { Filter } from "../reader/filter.ts";
import type { Sample } from "../reader/sample.ts";
import { openPiece } from "./_one_piece.ts";
import { fitting } from "./_query.ts";
import { type Tail, tailOf } from "./_tail.ts";

/** Rows of more bytes are not kept as they are. */
const LARGE = 65_536;
/** How much of the end of a piece is read at first, and how many times more then. */
const FIRST_TAIL = 262_144;
const TAIL_GROWTH = 16;
/** How much one request reads at most before it answers with what it found. */
const MOST_BYTES = 67_108_864;

/** Where the rows of an earlier page begin. */
export interface Before {
  readonly key: string;
  readonly start: number;
}

/** Which rows are read, and what of them is kept. */
export interface NewestOptions<Kept> {
  readonly filter: Filter;
  readonly limit: number;
  /** Only rows before this one. */
  readonly before: Before | null;
  /** Only rows that it accepts. */
  readonly accepts: (sample: Sample) => boolean;
  /** What is kept of a row, which may be large, and begins there in its piece. */
  readonly keep: (sample: Sample, start: number) => Kept;
  readonly options: DatasetOptions;
}

/** The latest rows of a dataset. */
export interface Newest<Kept> {
  /** The newest first. */
  readonly rows: readonly Kept[];
  /** Where to go on; `null` if there are no further rows. */
  readonly next: Before | null;
}

interface Found<Kept> {
  readonly start: number;
  readonly kept: () => Kept;
}

/** Reads the latest rows without an index: the last piece first, and of it the end. */
export async function newestRows<Kept>(
  dataset: Dataset,
  options: NewestOptions<Kept>,
): Promise<Newest<Kept>> {
  const { before, limit } = options;
  const pieces = dataset.pieces.toReversed();
  const first = before === null ? 0 : pieces.findIndex(({ key }) => key === before.key);
  if (first < 0) return { rows: [], next: null };
  const rows: Kept[] = [];
  let bytes = 0;
  for (const [i, piece] of pieces.entries()) {
    if (i < first) continue;
    const end = i === first && before !== null ? before.start : Number.MAX_SAFE_INTEGER;
    if (rows.length === limit || bytes > MOST_BYTES) {
      return { rows, next: { key: piece.key, start: Number.MAX_SAFE_INTEGER } };
    }
    const found = await lastOf(dataset, piece, { ...options, end, limit: limit - rows.length });
    rows.push(...found.rows.toReversed().map(({ kept }) => kept()));
    if (found.hasMore) return { rows, next: { key: piece.key, start: found.rows[0]!.start } };
    bytes += Math.min(end, piece.bytes);
  }
  return { rows, next: null };
}

/** The last rows of a piece, and whether others precede them. */
interface Last<Kept> {
  readonly rows: readonly Found<Kept>[];
  readonly hasMore: boolean;
}

type LastOptions<Kept> = NewestOptions<Kept> & { readonly end: number };

/** Reads the last rows of a piece that begin before an offset: of its end first, and of ever more. */
async function lastOf<Kept>(
  dataset: Dataset,
  piece: Piece,
  options: LastOptions<Kept>,
): Promise<Last<Kept>> {
  const { storage } = dataset;
  const end = Math.min(options.end, (await storage.stat(piece.key))?.size ?? 0);
  for (let bytes = FIRST_TAIL;; bytes *= TAIL_GROWTH) {
    const tail = await tailOf(storage, { key: piece.key, end, bytes });
    const found = await lastIn(dataset, piece, { ...options, tail });
    if (tail === null || found.hasMore) return found;
  }
}

const NO_TAIL = { before: null, tail: null };

async function lastIn<Kept>(
  dataset: Dataset,
  piece: Piece,
  { filter, limit, accepts, keep, options, end, tail }: LastOptions<Kept> & {
    readonly tail: Tail | null;
  },
): Promise<Last<Kept>> {
  const rows: Found<Kept>[] = [];
  let hasMore = false;
  const one = await openPiece(dataset, piece, { options, object: tail?.object });
  const fits = fitting(filter, one.columns.map(({ name }) => name));
  if (fits === null) return { rows, hasMore };
  for await (const sample of one.rows({ ...fits, onDamage: () => {} })) {
    // A file that quotes otherwise shows itself by rows of another length.
    if (tail !== null && sample.irregular) {
      return await lastIn(dataset, piece, {
        filter,
        limit,
        accepts,
        keep,
        options,
        end,
        ...NO_TAIL,
      });
    }
    const start = sample.start + (tail?.shift ?? 0);
    if (sample.key !== piece.key || sample.start < (tail?.start ?? 0)) continue;
    if (start >= end) break;
    if (!accepts(sample)) continue;
    rows.push({ start, kept: keeping(sample, (one) => keep(one, start)) });
    if (rows.length <= limit) continue;
    hasMore = true;
    rows.shift();
  }
  return { rows, hasMore };
}

/** Keeps a small row as it is, since most are dropped again, and of a large one only what is needed. */
function keeping<Kept>(sample: Sample, keep: (sample: Sample) => Kept): () => Kept {
  if (sample.end - sample.start < LARGE) return () => keep(sample);
  const kept = keep(sample);
  return () => kept;
}
