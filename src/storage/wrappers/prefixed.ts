import { CallerKeys } from "./_caller_keys.ts";
import { defined } from "../kit/defined.ts";
import { watchBody } from "../kit/watch_body.ts";
import { wrap } from "./_wrapper.ts";
import type {
  AppendOptions,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";

/**
 * Wraps an adapter so that all keys lie below a prefix, as in a directory: several datasets, tenants
 * or test runs in one bucket do not see each other.
 *
 * Callers see their own keys, in listings and errors as well. If a key with the prefix is longer than
 * the adapter accepts, it is an `InvalidKey`. Name, capabilities, `append`, `rewrite` and disposal are the
 * adapter's.
 *
 * @param adapter The adapter to wrap
 * @param prefix The prefix, with or without a final `/`; with `""` the keys stay as they are
 * @returns The wrapper
 * @throws {StorageError} `InvalidKey` if the prefix cannot start a key
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { prefixed } from "@flagstone/flagging/wrappers";
 * import { assertEquals } from "@std/assert";
 *
 * const bucket = new MemoryAdapter();
 * const tenant = prefixed(bucket, "tenants/ada");
 * await tenant.write("a.csv", new Uint8Array(3));
 * assertEquals((await tenant.stat("a.csv"))?.key, "a.csv");
 * assertEquals((await bucket.stat("tenants/ada/a.csv"))?.size, 3);
 * ```
 *
 * @category Wrappers
 */
export function prefixed(adapter: StorageAdapter, prefix: string): StorageAdapter {
  const space = new CallerKeys(adapter.name, prefix);
  const check = adapter.check?.bind(adapter);
  return wrap(adapter, {
    // The caller may have no rights outside the prefix.
    ...defined({ check: check && ((options) => check(space.listing(options ?? {}))) }),
    stat: (key: string, options?: OperationOptions) =>
      space.call(key, async (inside) => {
        const info = await adapter.stat(inside, options);
        return info && space.outside(info);
      }),
    read: (key: string, options?: ReadOptions): Promise<ReadResult | null> =>
      space.call(key, async (inside) => {
        const result = await adapter.read(inside, options);
        if (result === null) return null;
        const body = watchBody(result.body, { next: (read) => space.errors(key, read) });
        return { ...result, info: space.outside(result.info), body };
      }),
    write: (key: string, body: WriteBody, options?: WriteOptions) =>
      space.call(key, async (inside) => {
        return space.outside(await adapter.write(inside, body, options));
      }),
    appendBy: (append) => (key: string, bytes: Uint8Array, options: AppendOptions) =>
      space.call(key, async (inside) => space.outside(await append(inside, bytes, options))),
    rewriteBy: (rewrite) => (key: string, makeFilter, options?: OperationOptions) =>
      space.call(key, async (inside) => {
        const info = await rewrite(inside, makeFilter, options);
        return info && space.outside(info);
      }),
    delete: (key: string, options?: OperationOptions) =>
      space.call(key, (inside) => adapter.delete(inside, options)),
    async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
      for await (const info of adapter.list(space.listing(options))) yield space.outside(info);
    },
  });
}
