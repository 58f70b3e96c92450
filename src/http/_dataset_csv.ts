import { encodeRow } from "../csv/encode.ts";
import { openLogged } from "../reader/logged_dataset.ts";
import { type Dataset, DatasetNotFoundError } from "../reader/mod.ts";
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
export async function datasetResponse(place: DatasetPlace): Promise<Response> {
  const lines = linesOf(await opened(place));
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

/** Opens the dataset; `null` if nothing was flagged yet. */
async function opened({ storage, directory }: DatasetPlace): Promise<Dataset | null> {
  try {
    const logged = { storage, directory, fileName: undefined, header: true, columns: [] };
    return await openLogged(logged, { formulas: "as-typed" });
  } catch (error) {
    if (error instanceof DatasetNotFoundError) return null;
    throw error;
  }
}

const CHUNK_LENGTH = 16_384;

async function* linesOf(dataset: Dataset | null): AsyncGenerator<string, void, undefined> {
  if (dataset === null || dataset.columns.length === 0) return;
  let text = encodeRow(dataset.columns.map(({ name }) => name));
  for await (const { values } of dataset.rows({ onDamage: () => {} })) {
    text += encodeRow(Object.values(values).map((value) => value ?? ""));
    if (text.length < CHUNK_LENGTH) continue;
    yield text;
    text = "";
  }
  yield text;
}
