// Imports types only: a chunk that is loaded later must not share code with the core.
import type { ReadResult, StorageAdapter, WriteBody } from "../../storage/storage_adapter.ts";

const LF = 0x0a;

/** Options of {@linkcode removeStrayLine}. */
export interface StrayQuote {
  readonly storage: StorageAdapter;
  readonly key: string;
  /** Keeps the line elsewhere. */
  readonly keep: (line: Uint8Array) => Promise<void>;
  /** Splits the records after the line; its `pending` are the bytes after the last whole one. */
  readonly splitter: { push(bytes: Uint8Array): Uint8Array[]; readonly pending: Uint8Array };
  /** Whether a line ends as rows do. */
  readonly endsLikeRow: (line: Uint8Array) => boolean;
  /** Whether a record that ends so is a row. */
  readonly isRow: (record: Uint8Array) => boolean;
}

/**
 * Sets aside the line in which quotes open that are never closed, if it ends like a row and only whole
 * rows follow: a person left a quote in it, or another program went on after a torn row. Those rows
 * stay.
 *
 * @param found The bytes from the line on
 * @returns The length of the line; `null` if something else follows it, and nothing was changed
 * @throws {StorageError} `Conflict` if the object changed meanwhile
 */
export async function removeStrayLine(
  found: ReadResult,
  stray: StrayQuote,
): Promise<number | null> {
  const line = await lineBeforeRows(found.body, stray);
  if (line === null) return null;
  const { storage, key } = stray;
  const { start, info: { size, version, contentType, metadata } } = found;
  await stray.keep(line);
  const parts: ReadResult[] = [];
  try {
    for (const range of [{ start: 0, end: start }, { start: start + line.length }]) {
      const part = await storage.read(key, { range, ifVersion: version });
      if (part !== null) parts.push(part);
    }
    await storage.write(key, await joined(storage, parts), {
      precondition: { version },
      size: size - line.length,
      ...(storage.capabilities.metadata && { contentType, metadata }),
    });
  } finally {
    await Promise.allSettled(parts.map(({ body }) => body.locked || body.cancel()));
  }
  return line.length;
}

/** The first line with its line ending, if it ends like a row and whole rows follow. */
async function lineBeforeRows(
  body: ReadableStream<Uint8Array>,
  { splitter, isRow, endsLikeRow }: StrayQuote,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces: Uint8Array[] = [];
  let line: Uint8Array<ArrayBuffer> | null = null;
  let rows = 0;
  for await (const chunk of body) {
    const at = line === null ? chunk.indexOf(LF) + 1 : 0;
    if (line === null) {
      pieces.push(chunk.slice(0, at === 0 ? undefined : at));
      if (at === 0) continue;
      line = await bytesOf(pieces);
      if (!endsLikeRow(line)) return null;
    }
    const records = splitter.push(chunk.subarray(at));
    if (!records.every(isRow)) return null;
    rows += records.length;
  }
  const { pending } = splitter;
  if (pending.length > 0 && !isRow(pending)) return null;
  return rows > 0 || pending.length > 0 ? line : null;
}

/** The body of several parts: a stream, except for stores that take only bytes under a condition. */
async function joined(
  { capabilities }: StorageAdapter,
  parts: readonly ReadResult[],
): Promise<WriteBody> {
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const { body } of parts) yield* body;
  }
  if (capabilities.append !== "none") return ReadableStream.from(chunks());
  return await bytesOf(await Array.fromAsync(chunks()));
}

/** Joins chunks; without `concat()`, which the core has. */
async function bytesOf(chunks: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
