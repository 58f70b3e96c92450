import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { instead } from "./stores.ts";

/** A storage whose process dies at a call, before or after the store did what it was asked. */
export interface DyingStorage {
  readonly storage: StorageAdapter;
  /** Whether the call was reached. */
  readonly isDead: () => boolean;
}

/** Returns a storage of which the n-th call, and every later one, fails for good. */
export function dyingAt(
  base: StorageAdapter,
  n: number,
  { after }: { readonly after: boolean },
): DyingStorage {
  let calls = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new StorageError("killed", { code: "Unknown", adapter: "dying" });
  };
  const call = async <T>(send: () => Promise<T>): Promise<T> => {
    if (isDead || ++calls > n) die();
    if (calls < n || !after) return calls === n ? die() : await send();
    const result = await send();
    await (result as { body?: ReadableStream } | null)?.body?.cancel();
    return die();
  };
  const storage = instead(base, {
    stat: (key, options) => call(() => base.stat(key, options)),
    read: (key, options) => call(() => base.read(key, options)),
    write: (key, body, options) => call(() => base.write(key, body, options)),
    delete: (key, options) => call(() => base.delete(key, options)),
    ...base.append &&
      { append: (key, bytes, options) => call(() => base.append!(key, bytes, options)) },
    ...base.rewrite &&
      { rewrite: (key, make, options) => call(() => base.rewrite!(key, make, options)) },
    async *list(options) {
      await call(() => Promise.resolve());
      yield* base.list(options);
    },
  });
  return { storage, isDead: () => isDead };
}
