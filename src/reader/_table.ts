import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { unknownColumn } from "./_matcher.ts";
import type { OpenPiece } from "./_open_piece.ts";
import type { OpenTable } from "./_open_table.ts";
import type { PiecesOptions } from "./_pieces.ts";
import { readRows } from "./_read_rows.ts";
import { recordBatches } from "./_record_batches.ts";
import { Row } from "./_row.ts";
import type { Column, ColumnType, Dataset, RowsOptions } from "./dataset.ts";
import type { DatasetIndex, IndexOptions } from "./dataset_index.ts";
import type { Sample } from "./sample.ts";

/** How a table is put together. */
export interface TableSettings {
  readonly opening: PiecesOptions;
  readonly columns: "union" | "common" | readonly string[];
  readonly types: Readonly<Record<string, ColumnType>>;
  /** The name of the directory, which Gradio's paths contain. */
  readonly directoryName: string;
  /** Whether the storage is disposed of with the table. */
  readonly isOwn: boolean;
}

/** The rows of pieces as one table. */
export class Table implements Dataset, OpenTable {
  readonly storage: StorageAdapter;
  readonly directory: string;
  readonly directoryName: string;
  readonly opening: PiecesOptions;
  readonly #settings: TableSettings;
  #pieces: readonly OpenPiece[] = [];
  #byName: ReadonlyMap<string, Column> = new Map();

  /**
   * Creates a table.
   *
   * @throws {TypeError} If a type is given for a column that there is not
   */
  constructor(pieces: readonly OpenPiece[], settings: TableSettings) {
    const { opening, directoryName, types } = settings;
    this.storage = opening.storage;
    this.directory = opening.directory;
    this.directoryName = directoryName;
    this.opening = opening;
    this.#settings = settings;
    this.adopt(pieces);
    const unknown = Object.keys(types).find((name) => !this.#byName.has(name));
    if (unknown !== undefined) throw unknownColumn(unknown, this.names);
  }

  get pieces(): readonly OpenPiece[] {
    return this.#pieces;
  }

  get columns(): readonly Column[] {
    return [...this.#byName.values()];
  }

  get byName(): ReadonlyMap<string, Column> {
    return this.#byName;
  }

  names: readonly string[] = [];

  adopt(pieces: readonly OpenPiece[]): void {
    this.#pieces = pieces;
    this.#byName = new Map(columnsOf(pieces, this.#settings).map((own) => [own.name, own]));
    this.names = [...this.#byName.keys()];
  }

  rows(options: RowsOptions = {}): AsyncGenerator<Sample, void, undefined> {
    return readRows(this, options);
  }

  async sampleAt(key: string, start: number): Promise<Sample | null> {
    const piece = this.pieces.find((piece) => piece.key === key);
    if (piece === undefined || !Number.isSafeInteger(start) || start < piece.bodyStart) return null;
    const { size } = await this.storage.stat(key) ?? { size: 0 };
    if (start >= size) return null;
    const result = await this.storage.read(key, { range: { start } });
    if (result === null) return null;
    const { singleQuotes } = piece.layout;
    for await (const batch of recordBatches(result, { singleQuotes, keep: true })) {
      const [from, end] = batch.bounds;
      const row = new Row(this, piece, { ...batch, start: from!, end: end! });
      return from === start && row.bound !== null ? row : null;
    }
    return null;
  }

  async index(options: IndexOptions = {}): Promise<DatasetIndex> {
    const { TableIndex } = await import("./_table_index.ts"); // only programs with pages need it
    return await TableIndex.of(this, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settings.isOwn) await this.storage[Symbol.asyncDispose]?.();
  }
}

/** The columns of pieces, in the order in which they appear. */
function columnsOf(
  pieces: readonly OpenPiece[],
  { columns, types }: TableSettings,
): readonly Column[] {
  const files = new Map<string, Set<string>>();
  const isChosen = typeof columns !== "string";
  if (isChosen) { for (const name of columns) files.set(name, new Set()); }
  for (const { file, columns: own } of pieces) {
    for (const name of own) {
      if (isChosen && !files.has(name)) continue;
      files.set(name, (files.get(name) ?? new Set()).add(file));
    }
  }
  const all = new Set(pieces.map(({ file }) => file));
  return [...files]
    .filter(([, own]) => columns !== "common" || own.size === all.size)
    .map(([name, own]) => ({
      name,
      type: Object.hasOwn(types, name) ? types[name]! : "text",
      files: [...own],
    }));
}
