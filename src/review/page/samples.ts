import { fetchJson, placeOf, type Row, type Sample } from "./api.ts";

const MOST_KEPT = 12;
/** Samples of more characters are fetched when they are shown, and not before or again. */
const LARGE = 1_000_000;

/** The samples that were shown last, and the next one, so that a key shows it at once. */
export class Samples {
  readonly #kept: Map<string, Sample> = new Map();

  /** Returns a sample that is there already. */
  kept(rowId: string): Sample | null {
    return this.#kept.get(rowId) ?? null;
  }

  async fetch(row: Row): Promise<Sample> {
    const sample = await fetchJson<Sample>(`sample?${placeOf(row)}`);
    const size = sample.cells.reduce((sum, { text }) => sum + text.length, 0);
    if (size <= LARGE) this.keep(sample);
    return sample;
  }

  keep(sample: Sample): void {
    this.#kept.delete(sample.rowId);
    this.#kept.set(sample.rowId, sample);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(oldest!);
  }

  /** Fetches a sample that may be shown next. Nothing is said if it fails. */
  prefetch(row: Row | undefined): void {
    if (row !== undefined && !this.#kept.has(row.rowId)) this.fetch(row).catch(() => {});
  }

  clear(): void {
    this.#kept.clear();
  }

  forget(rowId: string): void {
    this.#kept.delete(rowId);
  }
}
