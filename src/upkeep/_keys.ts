import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { MaintenanceLock } from "./maintenance_lock.ts";

const PIECE =
  /^(?:dataset\d{1,15}|log\d{0,15})(?:\.[1-9]\d{0,14})?(?:\.w[0-9a-f]{12}(?:[0-9a-f]{8})?(?:\.[1-9]\d{0,14})?)?\.csv$/;

/** The kind of an object in a dataset's directory. */
export type KeyKind = "piece" | "aside" | "internal" | "file" | "other";

/** Returns the kind of a key, of which the directory was cut off. */
export function kindOf(name: string): KeyKind {
  if (PIECE.test(name)) return "piece";
  if (/\.torn-[0-9a-f]{8}$/.test(name)) return "aside";
  // The lock, and what the checks of a store leave.
  if (MaintenanceLock.isKey(name) || /^flagstone-(?:check|probe-)/.test(name)) return "internal";
  // A stored file: <label>/<random>/<name>, or <label>/<name> as older versions of Gradio wrote.
  return name.includes("/") ? "file" : "other";
}

/** An object in a directory. */
export interface Listed {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly modified: Date | undefined;
  readonly kind: KeyKind;
}

/** Lists the objects of a directory. */
export async function* listed(
  storage: StorageAdapter,
  directory: string,
): AsyncGenerator<Listed, void, undefined> {
  for await (const { key, size, modified } of storage.list({ prefix: directory })) {
    const name = key.slice(directory.length);
    yield { key, name, size, modified, kind: kindOf(name) };
  }
}

/** Returns a directory as a key prefix: empty, or with its slash. */
export function toPrefix(directory: string): string {
  return directory === "" || directory.endsWith("/") ? directory : `${directory}/`;
}
