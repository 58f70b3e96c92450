import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { hasCode, StorageError } from "../../src/storage/storage_error.ts";
import { parseStrictly } from "./strict_csv.ts";

/** The result that a writer received for one row. */
export type Told =
  | { readonly count: number }
  | "unknown" // stored once or not at all
  | "refused"; // not stored

/** A row that a test passed to a log. The cell of its first column is its id. */
export interface Sent {
  readonly id: string;
  /**
   * The expected cells in the file, by column. If absent, the cell must be empty or have no column.
   */
  readonly cells: Readonly<Record<string, string>>;
  readonly told: Told;
}

/** The contents of a dataset: the rows of all its parts, in order. */
export interface Dataset {
  readonly key: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns the result that a rejection stands for. */
export function toldBy(error: unknown): Told {
  return error instanceof StorageError && error.outcome === "unknown" ? "unknown" : "refused";
}

/** Waits for the result of a row. */
export async function told(count: Promise<number>): Promise<Told> {
  try {
    return { count: await count };
  } catch (error) {
    // Fail, because a test in which everything is refused would prove nothing.
    if (!(error instanceof StorageError) || hasCode(error, "Conflict")) throw error;
    return toldBy(error);
  }
}

/** Returns the text of an object. */
export async function textOf(storage: StorageAdapter, key: string): Promise<string> {
  const found = await storage.read(key);
  if (found === null) throw new Error(`The object ${key} does not exist`);
  const bytes = await new Response(found.body).bytes();
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Returns the keys of a storage. */
export async function keysOf(storage: StorageAdapter, prefix: string = ""): Promise<string[]> {
  return (await Array.fromAsync(storage.list({ prefix }))).map(({ key }) => key);
}

/** Returns the number of a dataset and of its part, from a key such as `dataset1.2.csv`. */
function numbersOf(key: string): { dataset: string; part: number } | null {
  const found = /^(.*?)(?:\.(\d+))?\.csv$/.exec(key);
  return found && { dataset: `${found[1]}.csv`, part: Number(found[2] ?? 1) };
}

/** Reads every dataset of a storage with the strict parser of the tests. */
export async function datasetsIn(storage: StorageAdapter, prefix: string = ""): Promise<Dataset[]> {
  const parts = new Map<string, { part: number; records: string[][] }[]>();
  for (const key of await keysOf(storage, prefix)) {
    const numbers = numbersOf(key);
    if (numbers === null) continue;
    const { dataset, part } = numbers;
    const records = parseStrictly(await textOf(storage, key));
    parts.set(dataset, [...parts.get(dataset) ?? [], { part, records }]);
  }
  return [...parts].map(([key, found]) => joined(key, found));
}

function joined(key: string, parts: { part: number; records: string[][] }[]): Dataset {
  const sorted = parts.sort((a, b) => a.part - b.part);
  const header = sorted[0]?.records[0] ?? [];
  // A writer's own segment may lack a part that the writer abandoned.
  const isSegment = /\.w[0-9a-f]{20}\.csv$/.test(key);
  for (const [i, { part, records }] of sorted.entries()) {
    if (part !== i + 1 && !isSegment) throw new Error(`${key}: part ${i + 1} is missing`);
    if (!isSame(records[0], header)) throw new Error(`${key}: part ${part} has another header`);
  }
  return { key, header, rows: sorted.flatMap(({ records }) => records.slice(1)) };
}

function isSame(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((cell, i) => cell === b[i]);
}

/** Returns how a row of a dataset differs from the one that was sent, or `null` if it does not. */
function complaintAbout(row: readonly string[], { header }: Dataset, sent: Sent): string | null {
  if (sent.told === "refused") return "it was reported as not applied";
  for (const column of Object.keys(sent.cells)) {
    if (!header.includes(column)) return `it is in a file without the column "${column}"`;
  }
  for (const [i, column] of header.entries()) {
    if (row[i] !== (sent.cells[column] ?? "")) return `its cell "${column}" differs`;
  }
  return null;
}

/**
 * Returns every violation of the guarantee for the rows that were sent: an acknowledged row is
 * stored exactly once, whole, under its own headers, at the position of its count; an `unknown` row
 * at most once; a refused row not at all. There are no other rows.
 *
 * @param counts Whether the reported counts are the positions of the rows
 */
export function complaints(
  datasets: readonly Dataset[],
  sent: readonly Sent[],
  { counts = true }: { readonly counts?: boolean } = {},
): string[] {
  const byId = new Map(sent.map((one) => [one.id, one]));
  const seen = new Map<string, number>();
  const found: string[] = [];
  for (const dataset of datasets) {
    for (const [i, row] of dataset.rows.entries()) {
      const at = `${dataset.key}, row ${i + 1} (${JSON.stringify(row).slice(0, 80)})`;
      if (isSame(row, dataset.header)) found.push(`${at}: a second header`);
      if (row.length !== dataset.header.length) found.push(`${at}: has the wrong length`);
      const one = byId.get(row[0] ?? "");
      if (one === undefined) {
        found.push(`${at}: was never sent`);
        continue;
      }
      seen.set(one.id, (seen.get(one.id) ?? 0) + 1);
      const complaint = complaintAbout(row, dataset, one);
      if (complaint !== null) found.push(`${at}: ${complaint}`);
      if (counts && typeof one.told === "object" && one.told.count !== i + 1) {
        found.push(`${at}: was acknowledged as row ${one.told.count}`);
      }
    }
  }
  for (const one of sent) {
    const times = seen.get(one.id) ?? 0;
    if (times > 1) found.push(`${one.id}: stored ${times} times`);
    if (times === 0 && typeof one.told === "object") found.push(`${one.id}: acknowledged but lost`);
  }
  return found;
}
