import { concat } from "@std/bytes/concat";
import { passingChunks } from "../../storage/passing_chunks.ts";
import type { ObjectVersion, ReadResult, StorageAdapter } from "../../storage/storage_adapter.ts";

/** The state of an object that rows are added to; empty if there is no object. */
export interface Base {
  readonly version?: ObjectVersion | undefined;
  /** The bytes, if the object is rewritten. */
  readonly body?: Uint8Array | undefined;
  /** The metadata, if the object is rewritten. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The state after rows were added. */
export interface Added extends Base {
  readonly size: number;
}

/** An object being read. */
export interface PartRead {
  /** The offset of the first byte. */
  readonly start: number;
  /** The state that is read. It becomes the base once the chunks are read to their end. */
  readonly base: Base;
  /** The bytes to the object's end. A chunk may be overwritten when the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * One way to add rows to an object. Of several writers that add to the same state, exactly one
 * succeeds. Stateless: the caller passes the state in and keeps the one that is returned.
 */
export interface PartWriter {
  /**
   * Adds bytes at the object's end `at`. Rejects with `Conflict` if the object is not in the state
   * `base`.
   *
   * @param batch The name of this addition, which the writer keeps with the object if it can
   */
  add(base: Base, bytes: Uint8Array, at: number, batch?: string): Promise<Added>;
  /** Whether the writer keeps the names of additions. @default {false} */
  readonly keepsBatches?: boolean | undefined;
  /** Like `add()`, but cuts off everything after the offset `at` in the same step. */
  readonly replaceEnd?: PartWriter["add"] | undefined;
  /** Reads the object from an offset on, or from its start if it is shorter; `null` if missing. */
  read(from: number): Promise<PartRead | null>;
  /** The first bytes of an object that was read. */
  head(base: Base, length: number): Promise<Uint8Array>;
}

/** Converts the store's answer to a read. */
export function toPartRead(result: ReadResult | null): PartRead | null {
  if (result === null) return null;
  const { start, info: { version } } = result;
  return { start, base: { version }, chunks: passingChunks(result) };
}

/** The first bytes of an object as they are now. */
export async function headOf(
  storage: StorageAdapter,
  key: string,
  length: number,
): Promise<Uint8Array> {
  const result = await storage.read(key, { range: { start: 0, end: length } });
  return concat(result === null ? [] : await Array.fromAsync(result.body));
}
