import type { ExportReport } from "./export.ts";

/** Counts what an export does. */
export class Tally implements ExportReport {
  rows = 0;
  readonly skipped: Record<string, number> = {};
  readonly counts: Record<string, number> = {};

  /** Counts a row that is left out. */
  skip(reason: string): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
  }

  /** Counts something else. */
  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}
