import { sha256 } from "@noble/hashes/sha2.js";
import type { Dataset, Piece } from "../reader/dataset.ts";
import { DatasetNotFoundError } from "../reader/dataset_not_found_error.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { candidateKeys, pathsIn } from "../reader/resolve_file.ts";
import type { Sample } from "../reader/sample.ts";
import { bodyStartOf, textReader, withDoubleQuotes } from "../reader/stored_cells.ts";
import { hex } from "../storage/kit/hex.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode } from "../storage/storage_error.ts";
import { listed, toPrefix } from "./_keys.ts";
import { rewrite } from "./_rewrite.ts";
import { RowFilter } from "./_row_filter.ts";
import { MaintenanceLock } from "./maintenance_lock.ts";

/** Whose rows are removed: a person's, or one row by its `rowId` or by its text in the column `id`. */
export type PurgeTarget =
  | { readonly username: string }
  | { readonly rowId: string }
  | { readonly id: string };

/** Options of {@linkcode purge}. */
export interface PurgeOptions {
  /** Whether to remove, and not only to count what would be removed. @default {false} */
  readonly apply?: boolean | undefined;
  /** The directories of reviewers' verdicts in the same storage. @default {["verdicts" below the directory]} */
  readonly verdicts?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a purge removed, or would remove. */
export interface PurgeReport {
  /** The number of rows by the key of their piece. */
  readonly rows: Readonly<Record<string, number>>;
  /** The keys of stored files. */
  readonly files: readonly string[];
  /** The keys of torn rows that were set aside and have the text. */
  readonly asides: readonly string[];
  /** What a purge cannot reach, in sentences. */
  readonly unreachable: readonly string[];
}

const MOST_PASSES = 5;
const ROW_ID_BYTES = 8;

const UNREACHABLE = [
  "Earlier exports and copies, and backups of the storage, keep the rows.",
  "A bucket with versioning keeps old versions until its rules remove them.",
  "A row of the person that was torn before its username cannot be told from others.",
];

/** What is removed, in a form that changes with each pass. */
interface Findings {
  readonly rows: Record<string, number>;
  readonly files: Set<string>;
  readonly asides: Set<string>;
}

/**
 * Removes rows and their files, beside running loggers. Files go first and rows last, so that a purge that
 * is killed can be repeated; it looks again until nothing is left, but at most five times, because a
 * logger may go on to save such rows. A file that another row names stays, and
 * a piece without rows keeps its header.
 *
 * @throws {TypeError} If the text is empty
 * @throws {MaintenanceRunningError} If another maintenance runs
 * @throws {StorageError} `Unsupported` if the store has no compare-and-swap
 */
export async function purge(
  storage: StorageAdapter,
  directory: string,
  target: PurgeTarget,
  { apply = false, verdicts, signal }: PurgeOptions = {},
): Promise<PurgeReport> {
  const [text] = Object.values(target);
  if (typeof text !== "string" || text === "") throw new TypeError("Cannot purge without a text");
  const prefix = toPrefix(directory);
  await using _ = apply ? await MaintenanceLock.take(storage, prefix) : null;
  const reviews = (verdicts ?? [`${prefix}verdicts`]).map(toPrefix);
  const found: Findings = { rows: {}, files: new Set(), asides: new Set() };
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    signal?.throwIfAborted();
    const removed = await onePass({ storage, prefix, reviews, target, apply }, found);
    if (!apply || removed === 0) break;
  }
  return {
    rows: found.rows,
    files: [...found.files],
    asides: [...found.asides],
    unreachable: UNREACHABLE,
  };
}

/** One look at everything. */
interface Pass {
  readonly storage: StorageAdapter;
  readonly prefix: string;
  readonly reviews: readonly string[];
  readonly target: PurgeTarget;
  readonly apply: boolean;
}

/** Removes what it finds, and returns how much that was. */
async function onePass(pass: Pass, found: Findings): Promise<number> {
  const { storage, prefix, target, apply } = pass;
  const dataset = await openIfThere(storage, prefix);
  const rowIds = new Set<string>();
  const doomed = dataset === null ? new Map() : await doomedFiles(dataset, target, rowIds);
  for (const [key] of doomed) {
    found.files.add(key);
    if (apply) await storage.delete(key);
  }
  let removed = doomed.size + await removeAsides(pass, found);
  for (const review of pass.reviews) {
    const judged = await openIfThere(storage, review);
    if (judged === null) continue;
    const isTheirs = (text: (column: string) => string) =>
      rowIds.has(text("rowId")) || "username" in target && text("username") === target.username;
    removed += await removeRows(judged, (record, text) => isTheirs((name) => text(record, name)), {
      apply,
      found,
    });
  }
  if (dataset !== null) {
    // Only rows whose files are gone: a logger may have added others since.
    const isKnown = (record: Uint8Array, text: TextIn) =>
      isTarget(target, record, text) && rowIds.has(rowIdOf(record));
    removed += await removeRows(dataset, isKnown, { apply, found });
  }
  return removed;
}

async function openIfThere(storage: StorageAdapter, prefix: string): Promise<Dataset | null> {
  try {
    return await openDataset(storage, prefix);
  } catch (error) {
    if (error instanceof DatasetNotFoundError) return null;
    throw error;
  }
}

type TextIn = ReturnType<typeof textReader>;

function isTarget(target: PurgeTarget, record: Uint8Array, text: TextIn): boolean {
  if ("username" in target) return text(record, "username") === target.username;
  if ("id" in target) return text(record, "id") === target.id;
  return rowIdOf(record) === target.rowId;
}

function rowIdOf(record: Uint8Array): string {
  return hex(sha256(record).subarray(0, ROW_ID_BYTES));
}

function isTargetSample(target: PurgeTarget, sample: Sample): boolean {
  if ("username" in target) return sample.values.username === target.username;
  if ("id" in target) return sample.values.id === target.id;
  return sample.rowId === target.rowId;
}

/** The files of the rows that no other row names. Also collects the ids of the rows. */
async function doomedFiles(
  dataset: Dataset,
  target: PurgeTarget,
  rowIds: Set<string>,
): Promise<Map<string, true>> {
  const doomed = new Map<string, true>();
  const onDamage = () => {};
  for await (const sample of dataset.rows({ onDamage })) {
    if (!isTargetSample(target, sample)) continue;
    rowIds.add(sample.rowId);
    for (const { key } of await sample.files()) doomed.set(key, true);
  }
  if (doomed.size === 0) return doomed;
  const { directory } = dataset;
  for await (const sample of dataset.rows({ onDamage })) {
    if (isTargetSample(target, sample)) continue;
    for (const text of Object.values(sample.values)) {
      for (const { path } of text ? pathsIn(text) : []) {
        for (const key of candidateKeys(path, { directory, directoryName: "" })) doomed.delete(key);
      }
    }
  }
  return doomed;
}

/** Removes rows of all pieces of a dataset, each by compare-and-swap. */
async function removeRows(
  dataset: Dataset,
  isDropped: (record: Uint8Array, text: TextIn) => boolean,
  { apply, found }: { readonly apply: boolean; readonly found: Findings },
): Promise<number> {
  let removed = 0;
  for (const piece of dataset.pieces) {
    const count = await countRows(dataset.storage, piece, isDropped);
    if (count === 0) continue;
    removed += count;
    found.rows[piece.key] = (found.rows[piece.key] ?? 0) + count;
    if (apply) await rewrite(dataset.storage, piece.key, () => filterOf(piece, isDropped));
  }
  return removed;
}

function filterOf(
  piece: Piece,
  isDropped: (record: Uint8Array, text: TextIn) => boolean,
): RowFilter {
  const text = textReader(piece);
  const normal = (bytes: Uint8Array) => withDoubleQuotes(piece, bytes);
  return new RowFilter(bodyStartOf(piece), (record) => isDropped(record, text), normal);
}

async function countRows(
  storage: StorageAdapter,
  piece: Piece,
  isDropped: (record: Uint8Array, text: TextIn) => boolean,
): Promise<number> {
  const found = await storage.read(piece.key);
  if (found === null) return 0;
  const filter = filterOf(piece, isDropped);
  for await (const chunk of found.body) filter.push(chunk);
  filter.end();
  return filter.dropped;
}

/** Removes torn rows that have the person's name, or the id. */
async function removeAsides(
  { storage, prefix, target, apply }: Pass,
  found: Findings,
): Promise<number> {
  if ("rowId" in target) return 0;
  const [text] = Object.values(target) as [string];
  let removed = 0;
  for await (const { key, kind } of listed(storage, prefix)) {
    if (kind !== "aside" || !await contains(storage, key, text)) continue;
    found.asides.add(key);
    removed++;
    if (apply) await storage.delete(key);
  }
  return removed;
}

async function contains(storage: StorageAdapter, key: string, text: string): Promise<boolean> {
  try {
    const found = await storage.read(key);
    if (found === null) return false;
    const decoder = new TextDecoder();
    let tail = "";
    for await (const chunk of found.body) {
      const part = tail + decoder.decode(chunk, { stream: true });
      if (part.includes(text)) return true; // the rest of the body is cancelled
      tail = part.slice(-text.length);
    }
    return false;
  } catch (error) {
    if (hasCode(error, "RangeNotSatisfiable")) return false;
    throw error;
  }
}
