import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import {
  type Outcome,
  StorageError,
  type StorageErrorCode,
} from "../../src/storage/storage_error.ts";

/** A method of an adapter that returns a promise. */
export type Method = "stat" | "read" | "write" | "append" | "delete";

/** The result of a call: the code and outcome of an error, or the memory's own result. */
export type Fate = readonly [code: StorageErrorCode, outcome?: Outcome | undefined] | "ok";

/** An adapter over memory whose first calls have given results. */
export interface FailingAdapter extends StorageAdapter {
  readonly memory: MemoryAdapter;
  /** Returns the number of calls. */
  readonly calls: () => number;
}

/** Creates an error like those of adapters. */
export function failure(code: StorageErrorCode, key?: string, outcome?: Outcome): StorageError {
  const message = `Cannot run the operation as it failed (${code})`;
  return new StorageError(message, { code, adapter: "memory", key, outcome });
}

/**
 * Creates an adapter whose calls have these results, one each. If it `stays`, the last one is
 * repeated.
 */
export function failing(fates: readonly Fate[], stays = false): FailingAdapter {
  const memory = new MemoryAdapter();
  let calls = 0;
  const meet = async <T>(key: string, send: () => Promise<T>): Promise<T> => {
    const fate = fates[calls++] ?? (stays ? fates.at(-1) : undefined) ?? "ok";
    if (fate !== "ok") throw failure(fate[0], key, fate[1]);
    return await send();
  };
  return {
    memory,
    calls: () => calls,
    name: memory.name,
    capabilities: memory.capabilities,
    stat: (key, options) => meet(key, () => memory.stat(key, options)),
    read: (key, options) => meet(key, () => memory.read(key, options)),
    write: (key, body, options) => meet(key, () => memory.write(key, body, options)),
    append: (key, bytes, options) => meet(key, () => memory.append!(key, bytes, options)),
    delete: (key, options) => meet(key, () => memory.delete(key, options)),
    list: (options) => memory.list(options),
  };
}
