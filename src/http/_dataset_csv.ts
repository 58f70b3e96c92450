import { encodeRow } from "../csv/encode.ts";
import { datasetKeys } from "../dataset/file_names.ts";
import { type DatasetRow, readDataset } from "../reader/mod.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

/** Where the datasets of a logger are. */
export interface DatasetPlace {
  readonly storage: StorageAdapter;
  /** The key prefix of the directory: empty, or with its slash. */
  readonly directory: string;
}

/**
 * Returns all rows of all versions of a dataset as one CSV file under all their columns, as they stand in
 * the files, so that text is still escaped for spreadsheets. If reading fails, the response ends with an
 * error, and not as if it were whole.
 */
export async function datasetResponse({ storage, directory }: DatasetPlace): Promise<Response> {
  const keys = await datasetKeys(storage, directory);
  const columns: string[] = [];
  for (const key of keys) {
    for await (const row of rowsOf(storage, key)) {
      columns.push(...Object.keys(row).filter((name) => !columns.includes(name)));
      break;
    }
  }
  const lines = linesOf({ storage, keys, columns });
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="dataset.csv"',
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function rowsOf(storage: StorageAdapter, key: string): AsyncGenerator<DatasetRow> {
  return readDataset(storage, key, { formulas: "as-typed" });
}

const CHUNK_LENGTH = 16_384;

async function* linesOf({ storage, keys, columns }: {
  readonly storage: StorageAdapter;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
}): AsyncGenerator<string, void, undefined> {
  let text = columns.length === 0 ? "" : encodeRow(columns);
  for (const key of keys) {
    for await (const row of rowsOf(storage, key)) {
      text += encodeRow(columns.map((name) => Object.hasOwn(row, name) ? row[name]! : ""));
      if (text.length < CHUNK_LENGTH) continue;
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}
