import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import type { Dataset, RowsOptions } from "../../src/reader/mod.ts";

/** A timestamp of a test, `n` microseconds after midnight. */
export function at(n: number): string {
  return `2026-01-31 00:00:00.${String(n).padStart(6, "0")}`;
}

/** Writes texts as objects. */
export async function put(
  storage: StorageAdapter,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [key, text] of Object.entries(files)) {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    await storage.write(key, bytes);
  }
}

/** A memory with texts as objects. */
export async function stored(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<MemoryAdapter> {
  const storage = new MemoryAdapter();
  await put(storage, files);
  return storage;
}

/** The texts of a dataset's rows. */
export async function valuesOf(
  dataset: Dataset,
  options?: RowsOptions,
): Promise<Readonly<Record<string, string | null>>[]> {
  return (await Array.fromAsync(dataset.rows(options))).map(({ values }) => values);
}

/** The texts in one column of a dataset's rows, as one text. */
export async function textsOf(
  dataset: Dataset,
  column: string,
  options?: RowsOptions,
): Promise<string> {
  return (await valuesOf(dataset, options)).map((values) => values[column]).join(" ");
}
