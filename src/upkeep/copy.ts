import { concat } from "@std/bytes/concat";
import { Backoff } from "../storage/kit/backoff.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode, isTransient } from "../storage/storage_error.ts";
import { type Listed, listed, toPrefix } from "./_keys.ts";
import { MaintenanceLock } from "./maintenance_lock.ts";

/** A directory of a storage. */
export interface Place {
  readonly storage: StorageAdapter;
  readonly directory: string;
}

/** What happened to one object. */
export interface Copied {
  /** The key below the directory. */
  readonly name: string;
  /**
   * `copied`: it is new; `continued`: the rows that it lacked were added; `same`: it was there; `different`:
   * the destination has other bytes, and was left as it is.
   */
  readonly status: "copied" | "continued" | "same" | "different";
}

/** Options of {@linkcode copy}. */
export interface CopyOptions {
  /** Whether to copy, and not only to say what would be copied. @default {false} */
  readonly apply?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a dataset with its files, also beside running loggers: the rows that were there at the beginning,
 * and every file that they name, files first. Doing it again copies what is missing, and continues pieces
 * that grew. Replaces and deletes nothing.
 *
 * @throws {MaintenanceRunningError} If another maintenance runs in the destination
 */
export async function* copy(
  source: Place,
  destination: Place,
  { apply = false, signal }: CopyOptions = {},
): AsyncGenerator<Copied, void, undefined> {
  const [from, to] = [toPrefix(source.directory), toPrefix(destination.directory)];
  await using _ = apply ? await MaintenanceLock.take(destination.storage, to) : null;
  // The sizes of pieces come first: each row up to them has its files by now.
  const all = await Array.fromAsync(listed(source.storage, from));
  const pieces = all.filter(({ kind }) => kind === "piece");
  for await (const object of listed(source.storage, from)) {
    signal?.throwIfAborted();
    if (object.kind === "file" || object.kind === "aside") {
      yield await copyObject(object, { source, destination, to, apply });
    }
  }
  for (const piece of pieces) {
    signal?.throwIfAborted();
    yield await copyObject(piece, { source, destination, to, apply });
  }
}

interface Copying {
  readonly source: Place;
  readonly destination: Place;
  readonly to: string;
  readonly apply: boolean;
}

async function copyObject(
  { key, name, size }: Listed,
  { source, destination, to, apply }: Copying,
): Promise<Copied> {
  const target = destination.storage;
  const mayPass = (error: unknown) => isTransient(error) || hasCode(error, "Conflict");
  const status = await new Backoff().repeat(mayPass, async () => {
    const there = await target.stat(to + name);
    if (there === null) {
      if (apply) await create(source.storage, target, { key, target: to + name, size });
      return "copied";
    }
    if (there.size > size) return await isPrefix(source, destination, { key, to: to + name, size });
    const [old, now] = await Promise.all([
      bytesOf(target, to + name, there.size),
      bytesOf(source.storage, key, size),
    ]);
    if (!startsWith(now, old)) return "different";
    if (old.length === now.length) return "same";
    if (apply) await extend(target, to + name, { old, now, version: there.version });
    return "continued";
  });
  return { name, status };
}

async function isPrefix(
  { storage }: Place,
  { storage: target }: Place,
  { key, to, size }: { readonly key: string; readonly to: string; readonly size: number },
): Promise<"same" | "different"> {
  const [now, there] = await Promise.all([bytesOf(storage, key, size), bytesOf(target, to, size)]);
  return startsWith(there, now) ? "same" : "different"; // an earlier run copied more of it
}

async function create(
  storage: StorageAdapter,
  target: StorageAdapter,
  { key, target: to, size }: {
    readonly key: string;
    readonly target: string;
    readonly size: number;
  },
): Promise<void> {
  const found = await storage.read(key, { range: { start: 0, end: size } });
  if (found === null) return; // it was removed meanwhile
  const { contentType, metadata } = found.info;
  const isKept = target.capabilities.metadata;
  await target.write(to, found.body, {
    size,
    ...(target.capabilities.create === "none" ? {} : { precondition: "absent" as const }),
    ...(isKept && { contentType, metadata }),
  });
}

/** Adds the bytes that a piece lacks. */
async function extend(
  target: StorageAdapter,
  key: string,
  { old, now, version }: {
    readonly old: Uint8Array;
    readonly now: Uint8Array;
    readonly version: NonNullable<Awaited<ReturnType<StorageAdapter["stat"]>>>["version"];
  },
): Promise<void> {
  if (target.append !== undefined) {
    await target.append(key, now.subarray(old.length), { at: old.length, ifVersion: version });
    return;
  }
  const info = await target.stat(key);
  const { contentType, metadata } = info ?? {};
  await target.write(key, now, {
    precondition: { version },
    ...(target.capabilities.metadata && { contentType, metadata }),
  });
}

async function bytesOf(storage: StorageAdapter, key: string, size: number): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array();
  const found = await storage.read(key, { range: { start: 0, end: size } });
  return concat(found === null ? [] : await Array.fromAsync(found.body));
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.length <= bytes.length && start.every((byte, i) => byte === bytes[i]);
}
