import { pooledMap } from "@std/async/pool";
import { type ObjectKey, objectKeysOf } from "../dataset/log/part_keys.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { dataFiles } from "./_data_files.ts";
import { type OpenPiece, openPiece } from "./_open_piece.ts";

const AT_ONCE = 16;

/** Which pieces are opened, and how. */
export interface PiecesOptions {
  readonly storage: StorageAdapter;
  /** A key prefix: empty, or with its slash. */
  readonly directory: string;
  readonly files: readonly string[] | undefined;
  /** The names of the columns of a file without a header. */
  readonly names: readonly string[] | undefined;
  readonly restore: (cell: string) => string;
  readonly signal?: AbortSignal | undefined;
}

interface Found extends ObjectKey {
  readonly file: string;
}

/** The pieces of a dataset, and which of its data files exist at all. */
export interface Pieces {
  readonly pieces: readonly OpenPiece[];
  readonly files: readonly string[];
}

/**
 * Opens the pieces of a directory in their order: file by file, the parts first, then the segments.
 *
 * @param known Pieces that are open already, which are not read again
 */
export async function openPieces(
  options: PiecesOptions,
  known: ReadonlyMap<string, OpenPiece> = new Map(),
): Promise<Pieces> {
  const { storage, directory, names, restore, signal } = options;
  const files = options.files ?? await dataFiles(storage, directory);
  const found: Found[] = [];
  for (const file of files) {
    const keys = await objectKeysOf(storage, directory + file);
    found.push(...keys.map((key) => ({ ...key, file })));
  }
  const open = ({ file, ...key }: Found) => {
    const first = directory + file;
    return known.get(key.key) ??
      openPiece(storage, key, { file, first, names, restore, signal });
  };
  const pieces: OpenPiece[] = [];
  try {
    for await (const piece of pooledMap(AT_ONCE, found, async (key) => await open(key))) {
      if (piece !== null) pieces.push(piece);
    }
  } catch (error) {
    // pooledMap() collects the errors of all.
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
  const there = new Set(found.map(({ file }) => file));
  return { pieces, files: files.filter((file) => there.has(file)) };
}
