import { splitExtension } from "../dataset/log/part_keys.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { dataFiles } from "./_data_files.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { openDataset } from "./open_dataset.ts";

/** What a logger writes. */
export interface Logged {
  readonly storage: StorageAdapter;
  /** A key prefix: empty, or with its slash. */
  readonly directory: string;
  /** The name of its file; `undefined` for `dataset<N>.csv`. */
  readonly fileName: string | undefined;
  /** The names of its columns, if its files have no header. */
  readonly columns: readonly string[] | undefined;
}

/** Opens the files of a logger as one table. */
export async function openLogged(
  { storage, directory, fileName, columns }: Logged,
  options: DatasetOptions,
): Promise<Dataset> {
  const files = fileName === undefined
    ? (await dataFiles(storage, directory)).filter((file) => file.startsWith("dataset"))
    : await siblings(storage, directory, fileName);
  const found = files.length === 0 ? [fileName ?? "dataset1.csv"] : files;
  const names = columns === undefined ? {} : { columns };
  return await openDataset(storage, directory, { files: found, ...names, ...options });
}

/** The files that exist of `log.csv`, `log2.csv`, …, in their order. */
async function siblings(
  storage: StorageAdapter,
  directory: string,
  fileName: string,
): Promise<string[]> {
  const [stem, extension] = splitExtension(fileName);
  const numbers = new Set<number>();
  for await (const { key } of storage.list({ prefix: directory + stem })) {
    const name = key.slice(directory.length + stem.length);
    if (name.includes("/") || !name.endsWith(extension)) continue;
    const [, number] = /^(\d{0,15})(?:\.|$)/.exec(name) ?? [];
    if (number !== undefined) numbers.add(Number(number || "1"));
  }
  return [...numbers].sort((a, b) => a - b)
    .map((number) => `${stem}${number === 1 ? "" : number}${extension}`);
}
