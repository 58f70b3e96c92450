import type { Dataset } from "../reader/dataset.ts";
import type { FileRef, Sample } from "../reader/sample.ts";
import { type JudgedRow, judgedRows } from "./_judged_rows.ts";
import { type ParquetColumn, parquetColumns, parquetValue, schemaOf } from "./_parquet_schema.ts";
import { byteStream, oneFile } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export, ExportOptions } from "./export.ts";

/**
 * Options of {@linkcode exportParquet}.
 *
 * @category Exports
 */
export interface ParquetOptions extends ExportOptions {
  /** The columns to export. @default {all} */
  readonly select?: readonly string[] | undefined;
  /**
   * Whether columns of the types `file` and `files` hold the bytes of the files, as `{ bytes, path }`,
   * instead of the texts of the cells.
   *
   * @default {false}
   */
  readonly embed?: boolean | undefined;
}

const GROUP_ROWS = 20_000;
const GROUP_ROWS_WITH_FILES = 100;
const GROUP_BYTES = 32 * 1024 * 1024; // of texts and files in memory

/**
 * Exports rows as a Parquet file, under all columns of the table with their types. All columns are
 * optional; `timestamp` is in microseconds, UTC; a chat is a list of `{ role, content }`. A cell that does
 * not fit its column's type is null, and counted as `untyped cells`. Rows are written in groups, of which
 * one is in memory at a time.
 *
 * @throws {TypeError} If a column is unknown
 * @category Exports
 */
export function exportParquet(dataset: Dataset, options: ParquetOptions = {}): Export {
  const tally = new Tally();
  const names = new Set(options.select ?? dataset.columns.map(({ name }) => name));
  const chosen = dataset.columns.filter(({ name }) => names.has(name));
  if (chosen.length === 0) throw new TypeError("Cannot export to Parquet without a column");
  const columns = parquetColumns(chosen, options.embed ?? false);
  const rows = () => judgedRows(dataset, options, tally);
  const file = { path: "data.parquet", contentType: "application/vnd.apache.parquet" };
  return oneFile(tally, file, () => byteStream(written(columns, rows(), tally, options)));
}

/** The values of a group of rows. */
interface Group {
  readonly values: unknown[][];
  rows: number;
  bytes: number;
}

async function* written(
  columns: readonly ParquetColumn[],
  rows: AsyncIterable<JudgedRow>,
  tally: Tally,
  { embed = false }: ParquetOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Loaded here, because only this format needs them.
  const { ParquetWriter } = await import("hyparquet-writer/src/parquet-writer.js");
  const { ByteWriter } = await import("hyparquet-writer/src/bytewriter.js");
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: "flagstone" });
  const taken = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const flush = async ({ values, rows }: Group) => {
    const columnData = columns.map(({ name }, i) => ({ name, data: values[i]! }));
    await parquet.write({ columnData, rowGroupSize: rows });
    return taken();
  };
  const most = embed ? GROUP_ROWS_WITH_FILES : GROUP_ROWS;
  let group = emptyGroup(columns);
  for await (const row of rows) {
    tally.rows++;
    await add(group, row, columns, { embed, tally });
    if (group.rows < most && group.bytes < GROUP_BYTES) continue;
    yield await flush(group);
    group = emptyGroup(columns);
  }
  if (group.rows > 0) yield await flush(group);
  await parquet.finish();
  yield taken();
}

function emptyGroup(columns: readonly ParquetColumn[]): Group {
  return { values: columns.map(() => []), rows: 0, bytes: 0 };
}

async function add(
  group: Group,
  { sample, corrections }: JudgedRow,
  columns: readonly ParquetColumn[],
  { embed, tally }: { readonly embed: boolean; readonly tally: Tally },
): Promise<void> {
  const { values } = sample;
  for (const [i, column] of columns.entries()) {
    const text = corrections.get(column.name) ??
      (Object.hasOwn(values, column.name) ? values[column.name]! : null);
    const isEmbedded = embed && (column.type === "file" || column.type === "files");
    const value = !isEmbedded
      ? parquetValue(text, column, sample)
      : text
      ? await embedded(sample, column, group, tally)
      : null;
    if (value === undefined) tally.count("untyped cells");
    group.values[i]!.push(value ?? null);
    group.bytes += text?.length ?? 0;
  }
  group.rows++;
}

/** The files of a cell with their bytes. */
async function embedded(
  sample: Sample,
  { name, type }: ParquetColumn,
  group: Group,
  tally: Tally,
): Promise<unknown> {
  const found: { bytes: Uint8Array; path: string }[] = [];
  for (const ref of await sample.files(name)) {
    const bytes = await bytesOf(ref);
    if (bytes === null) {
      tally.count("missing files");
      continue;
    }
    group.bytes += bytes.length;
    found.push({ bytes, path: ref.name });
  }
  return type === "files" ? found : found[0] ?? null;
}

async function bytesOf(ref: FileRef): Promise<Uint8Array | null> {
  const result = await ref.read();
  return result && await new Response(result.body).bytes();
}
