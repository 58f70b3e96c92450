import type { Dataset, DatasetOptions, Piece } from "../reader/dataset.ts";
import type { Filter } from "../reader/filter.ts";
import type { Sample } from "../reader/sample.ts";
import { openPiece } from "./_one_piece.ts";
import { fitting } from "./_query.ts";

/** Rows of more bytes are not kept as they are. */
const LARGE = 65_536;
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
  /** What is kept of a row, which may be large. */
  readonly keep: (sample: Sample) => Kept;
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

/**
 * Reads the latest rows without an index: the last piece first. Each piece is read once from its
 * beginning, as only its beginning tells where rows begin.
 */
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

/** The last rows of a piece that begin before an offset, and whether others precede them. */
async function lastOf<Kept>(
  dataset: Dataset,
  piece: Piece,
  { filter, limit, accepts, keep, options, end }: NewestOptions<Kept> & { readonly end: number },
): Promise<{ readonly rows: readonly Found<Kept>[]; readonly hasMore: boolean }> {
  const rows: Found<Kept>[] = [];
  let hasMore = false;
  const one = await openPiece(dataset, piece, options);
  const fits = fitting(filter, one.columns.map(({ name }) => name));
  if (fits === null) return { rows, hasMore };
  for await (const sample of one.rows({ ...fits, onDamage: () => {} })) {
    if (sample.key !== piece.key) continue;
    if (sample.start >= end) break;
    if (!accepts(sample)) continue;
    rows.push({ start: sample.start, kept: keeping(sample, keep) });
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
