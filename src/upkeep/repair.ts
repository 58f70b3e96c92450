import { RecordSplitter } from "../csv/record_splitter.ts";
import { decodeRecord } from "../csv/decode.ts";
import { asideKey, writeAside } from "../dataset/log/aside.ts";
import { endsLike, endsWithTimestamp } from "../dataset/log/row_end.ts";
import { removeStrayLine } from "../dataset/log/stray_quote.ts";
import type { Damage } from "../reader/damage.ts";
import type { Dataset, Piece } from "../reader/dataset.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { Backoff } from "../storage/kit/backoff.ts";
import type { ReadResult, StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode, isTransient } from "../storage/storage_error.ts";
import { toPrefix } from "./_keys.ts";
import { MaintenanceLock } from "./maintenance_lock.ts";

/** One mend of a piece. */
export interface Repair {
  readonly key: string;
  /**
   * `aside`: the torn bytes at the end go to an object of their own; `line`: only the line with a quote that
   * is never closed does; `line-end`: a whole last row gets its line ending.
   */
  readonly kind: "aside" | "line" | "line-end";
  /** The offset of the bytes. */
  readonly start: number;
  readonly message: string;
}

/** Options of {@linkcode repair}. */
export interface RepairOptions {
  /** Whether to mend, and not only to say what would be done. @default {false} */
  readonly apply?: boolean | undefined;
  /** The names of the columns of a log without a header. */
  readonly columns?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const LINE_END = new TextEncoder().encode("\r\n");
const decoder: TextDecoder = new TextDecoder();

/**
 * Mends torn ends: sets aside what cannot be read as a row, and adds a line ending that is missing. Deletes
 * nothing. A logger does the same before its next row, so a dataset in use needs no repair.
 *
 * @throws {MaintenanceRunningError} If another maintenance runs
 */
export async function repair(
  storage: StorageAdapter,
  directory: string,
  { apply = false, columns, signal }: RepairOptions = {},
): Promise<readonly Repair[]> {
  const prefix = toPrefix(directory);
  await using _ = apply ? await MaintenanceLock.take(storage, prefix) : null;
  const dataset = await openDataset(storage, prefix, { columns, signal });
  const torn = await tornEnds(dataset);
  const repairs: Repair[] = [];
  for (const piece of dataset.pieces) {
    signal?.throwIfAborted();
    const found = await endOf(storage, piece, torn);
    if (found === null) continue;
    repairs.push(found);
    if (apply) await mend(storage, piece, found);
  }
  return repairs;
}

/** What the end of a piece needs; `null` if it is whole. */
async function endOf(
  storage: StorageAdapter,
  { key }: Piece,
  torn: ReadonlyMap<string, Damage>,
): Promise<Repair | null> {
  const damage = torn.get(key);
  if (damage !== undefined) {
    return { key, kind: "aside", start: damage.start, message: damage.message };
  }
  const size = (await storage.stat(key))?.size ?? 0;
  const last = size === 0 ? null : await readFrom(storage, key, size - 1);
  if (last === null) return null;
  const [byte] = await new Response(last.body).bytes();
  if (byte === LF || byte === CR) return null;
  const message = `The last row of "${key}" has no line ending`;
  return { key, kind: "line-end", start: size, message };
}

/** Reads a dataset, and returns the torn ends by the keys of their pieces. */
async function tornEnds(dataset: Dataset): Promise<ReadonlyMap<string, Damage>> {
  const found = new Map<string, Damage>();
  const onDamage = (damage: Damage) => {
    if (damage.kind === "torn") found.set(damage.key, damage);
  };
  for await (const _ of dataset.rows({ select: [], onDamage }));
  return found;
}

async function mend(storage: StorageAdapter, piece: Piece, repair: Repair): Promise<void> {
  const mayPass = (error: unknown) => isTransient(error) || hasCode(error, "Conflict");
  await new Backoff({ times: 30 }).repeat(mayPass, async () => {
    const { key, start, kind } = repair;
    const found = await readFrom(storage, key, start);
    if (found === null) return;
    if (found.info.size === start && kind === "aside") return await found.body.cancel(); // mended
    if (kind === "line-end") {
      await found.body.cancel();
      return await replaceEnd(storage, found, { at: start, bytes: LINE_END });
    }
    if (await removedLine(storage, piece, found)) return;
    const again = await readFrom(storage, key, start);
    if (again === null || again.info.version !== found.info.version) {
      await again?.body.cancel();
      return; // a logger is at work
    }
    await keepAside(storage, again);
    await replaceEnd(storage, again, { at: start, bytes: new Uint8Array() });
  });
}

/** Stores torn bytes elsewhere. */
async function keepAside(
  storage: StorageAdapter,
  { start, body, info: { key, version } }: ReadResult,
): Promise<void> {
  try {
    await writeAside(storage, asideKey(key, start, version), body);
  } finally {
    if (!body.locked) await body.cancel();
  }
}

async function readFrom(
  storage: StorageAdapter,
  key: string,
  start: number,
): Promise<ReadResult | null> {
  try {
    return await storage.read(key, { range: { start } });
  } catch (error) {
    if (hasCode(error, "RangeNotSatisfiable")) return null;
    throw error;
  }
}

/** Removes one line only, if a quote in it hides whole rows after it. */
async function removedLine(
  storage: StorageAdapter,
  { columns }: Piece,
  found: ReadResult,
): Promise<boolean> {
  const { key, version } = found.info;
  const hasTime = (line: Uint8Array) => endsWithTimestamp(decoder.decode(line).trimEnd());
  const length = await removeStrayLine(found, {
    storage,
    key,
    keep: (line) => writeAside(storage, asideKey(key, found.start, version), line),
    splitter: new RecordSplitter(),
    endsLikeRow: hasTime,
    isRow: (record) =>
      hasTime(record) ||
      endsLike(decoder.decode(record), []) &&
        decodeRecord(decoder.decode(record)).length === columns.length,
  });
  return length !== null;
}

/** Replaces everything from an offset on, if the object is still the same. */
async function replaceEnd(
  storage: StorageAdapter,
  { info: { key, version, size, contentType, metadata } }: ReadResult,
  { at, bytes }: { readonly at: number; readonly bytes: Uint8Array },
): Promise<void> {
  if (storage.append !== undefined && at === size) {
    return void await storage.append(key, bytes, { at, ifVersion: version });
  }
  if (storage.append !== undefined && storage.capabilities.cut) {
    return void await storage.append(key, bytes, { at, ifVersion: version, cut: true });
  }
  const whole = await storage.read(key, { range: { start: 0, end: at }, ifVersion: version });
  if (whole === null) return;
  const kept = new Uint8Array(at + bytes.length);
  kept.set(await new Response(whole.body).bytes());
  kept.set(bytes, at);
  await storage.write(key, kept, {
    precondition: { version },
    ...(storage.capabilities.metadata && { contentType, metadata }),
  });
}
