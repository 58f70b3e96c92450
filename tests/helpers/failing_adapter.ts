import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import {
  type Outcome,
  StorageError,
  type StorageErrorCode,
} from "../../src/storage/storage_error.ts";

/** A method of an adapter that answers with a promise. */
export type Method = "stat" | "read" | "write" | "append" | "delete";

/** The result of a call: an error with this code and outcome, or the memory's answer. */
export type Fate = readonly [code: StorageErrorCode, outcome?: Outcome | undefined] | "ok";

/** A memory whose methods fail in a given order, call by call, and then no longer. */
export interface FailingAdapter extends StorageAdapter {
  readonly memory: MemoryAdapter;
  /** How many calls there were. */
  readonly calls: () => number;
}

/** An error as an adapter throws it. */
export function failure(code: StorageErrorCode, key?: string, outcome?: Outcome): StorageError {
  const message = `Cannot do it as it failed (${code})`;
  return new StorageError(message, { code, adapter: "memory", key, outcome });
}

/** Creates a memory whose calls have these results, one each; the last stays if `stays` is set. */
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
