import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { TempDir } from "./temp_dir.ts";

/** A fresh store, removed at the end of the test's block. */
export interface Store extends AsyncDisposable {
  readonly storage: StorageAdapter;
  /** Creates another adapter over the same objects, like that of another process. */
  readonly again: () => StorageAdapter;
}

function inMemory(storage: MemoryAdapter): Store {
  return { storage, again: () => storage, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function onDisk(): Store {
  const dir = new TempDir();
  const again = () => new LocalFsAdapter({ root: `${dir.path}/root` });
  return { storage: again(), again, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

/** The stores that logs are tested on, for each way to write to them, and the local disk. */
export const STORES: Readonly<Record<string, () => Store>> = {
  append: () => inMemory(new MemoryAdapter()),
  "append, no cut": () => inMemory(new MemoryAdapter({ capabilities: { cut: false } })),
  rewrite: () =>
    inMemory(new MemoryAdapter({ capabilities: { append: "none", versions: "content" } })),
  "local disk": onDisk,
};

/** Returns an adapter with some methods replaced. */
export function instead(
  base: StorageAdapter,
  methods: Partial<Omit<StorageAdapter, "name" | "capabilities">>,
): StorageAdapter {
  const append = methods.append ?? base.append?.bind(base);
  return {
    name: base.name,
    capabilities: base.capabilities,
    stat: (key, options) => base.stat(key, options),
    read: (key, options) => base.read(key, options),
    write: (key, body, options) => base.write(key, body, options),
    delete: (key, options) => base.delete(key, options),
    list: (options) => base.list(options),
    ...methods,
    ...(append === undefined ? {} : { append }),
  };
}
