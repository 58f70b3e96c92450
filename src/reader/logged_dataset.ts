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
  /** Whether its files have a header. */
  readonly header: boolean;
  /** Its columns. */
  readonly columns: readonly { readonly name: string }[];
}

/** Opens the files of a logger as one table. */
export async function openLogged(
  { storage, directory, fileName, header, columns: own }: Logged,
  { files: chosen, columns, types, formulas, signal }: DatasetOptions,
): Promise<Dataset> {
  const files = fileName === undefined
    ? (await dataFiles(storage, directory)).filter((file) => file.startsWith("dataset"))
    : await siblings(storage, directory, fileName);
  const found = files.length === 0 ? [fileName ?? "dataset1.csv"] : files;
  return await openDataset(storage, directory, {
    files: chosen ?? found,
    columns: columns ?? (header ? undefined : own.map(({ name }) => name)),
    types,
    formulas,
    signal,
  });
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
