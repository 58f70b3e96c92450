import { concat } from "@std/bytes/concat";
import { Backoff } from "../storage/kit/backoff.ts";
import { fail } from "../storage/kit/fail.ts";
import type { ByteFilter, StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode, isTransient } from "../storage/storage_error.ts";

const MOST_TRIES = 100;

/**
 * Replaces an object by what a filter makes of it, by compare-and-swap: under the lock of the adapter if it
 * has one, else by reading and writing it until no other writer was first. Keeps its metadata.
 *
 * @throws {StorageError} `Unsupported` if the store has neither
 */
export async function rewrite(
  storage: StorageAdapter,
  key: string,
  makeFilter: () => ByteFilter,
): Promise<void> {
  const mayPass = (error: unknown) => isTransient(error) || hasCode(error, "Conflict");
  const backoff = new Backoff({ times: MOST_TRIES, budgetMs: 60_000 });
  await backoff.repeat(mayPass, async () => {
    if (storage.rewrite !== undefined) return void await storage.rewrite(key, makeFilter);
    if (storage.capabilities.swap === "none") throw unsupported(storage, key);
    const found = await storage.read(key);
    if (found === null) return;
    const filter = makeFilter();
    const kept: Uint8Array[] = [];
    for await (const chunk of found.body) kept.push(filter.push(chunk).slice());
    kept.push(filter.end());
    const { version, contentType, metadata } = found.info;
    await storage.write(key, concat(kept), {
      precondition: { version },
      ...(storage.capabilities.metadata && { contentType, metadata }),
    });
  });
}

function unsupported({ name }: StorageAdapter, key: string) {
  const why = "the store has no compare-and-swap, so that rows of a running logger could be lost";
  return fail({ adapter: name, operation: "rewrite", key }, { code: "Unsupported", why });
}
