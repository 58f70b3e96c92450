import { openDataset } from "../reader/open_dataset.ts";
import type { Dataset, DatasetOptions, Piece } from "../reader/dataset.ts";
import type { ListOptions, ObjectInfo, StorageAdapter } from "../storage/storage_adapter.ts";
import type { Tail } from "./_tail.ts";

/** Opens one piece of a dataset as a dataset of its own, so that its rows are read without the others. */
export async function openPiece(
  { storage, directory }: Pick<Dataset, "storage" | "directory">,
  { key, file }: Piece,
  { options, object }: {
    readonly options: DatasetOptions;
    /** What is read in place of the piece. */
    readonly object?: Tail["object"] | undefined;
  },
): Promise<Dataset> {
  const view = onlyKey(storage, { key, object: object ?? storage });
  return await openDataset(view, directory, { ...options, files: [file] });
}

/** A storage that lists one object. It is read, and never written. */
function onlyKey(
  storage: StorageAdapter,
  { key, object }: { readonly key: string; readonly object: Tail["object"] },
): StorageAdapter {
  const of = (name: string) => name === key ? object : storage;
  const refuse = () => Promise.reject(new TypeError("Cannot write: this view is for reading"));
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (name, options) => of(name).stat(name, options),
    read: (name, options) => of(name).read(name, options),
    write: refuse,
    delete: refuse,
    async *list({ prefix = "" }: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
      const info = key.startsWith(prefix) ? await object.stat(key) : null;
      if (info !== null) yield info;
    },
  };
}
