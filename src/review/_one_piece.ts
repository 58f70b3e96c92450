import { openDataset } from "../reader/open_dataset.ts";
import type { Dataset, DatasetOptions, Piece } from "../reader/dataset.ts";
import type { ListOptions, ObjectInfo, StorageAdapter } from "../storage/storage_adapter.ts";

/** Opens one piece of a dataset as a dataset of its own, so that its rows are read without the others. */
export async function openPiece(
  { storage, directory }: Pick<Dataset, "storage" | "directory">,
  { key, file }: Piece,
  options: DatasetOptions,
): Promise<Dataset> {
  return await openDataset(onlyKey(storage, key), directory, { ...options, files: [file] });
}

/** A storage that lists one object. It is read, and never written. */
function onlyKey(storage: StorageAdapter, key: string): StorageAdapter {
  const refuse = () => Promise.reject(new TypeError("Cannot write: this view is for reading"));
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (name, options) => storage.stat(name, options),
    read: (name, options) => storage.read(name, options),
    write: refuse,
    delete: refuse,
    async *list({ prefix = "" }: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
      const info = key.startsWith(prefix) ? await storage.stat(key) : null;
      if (info !== null) yield info;
    },
  };
}
