import type { Dataset } from "../reader/dataset.ts";
import { ReadProgress } from "../reader/read_progress.ts";
import type { Sample } from "../reader/sample.ts";
import type { Tally } from "./_tally.ts";
import type { ExportOptions } from "./export.ts";
import { readVerdicts, type Verdicts } from "./verdicts.ts";

const PROGRESS_ROWS = 1000;

/** A row with what reviewers say of it. */
export interface JudgedRow {
  readonly sample: Sample;
  /** The reviewers' flag, or else the user's. */
  readonly flag: string;
  /** The corrected cells by their columns. */
  readonly corrections: ReadonlyMap<string, string>;
}

const NO_CORRECTIONS: ReadonlyMap<string, string> = new Map();
const REASONS: Readonly<Record<string, string>> = {
  rejected: "rejected by a reviewer",
  unclear: "unclear to a reviewer",
};

/** Yields the rows to export, in the order in which they are stored. */
export async function* judgedRows(
  dataset: Dataset,
  options: ExportOptions,
  tally: Tally,
): AsyncGenerator<JudgedRow, void, undefined> {
  const { verdicts, onProgress, where, search, current, uniqueBy, keep, onePer } = options;
  const { onDamage, signal } = options;
  const judged = verdicts === undefined ? null : await readVerdicts(verdicts);
  const rows = { where, search, current, uniqueBy, keep, onePer, onDamage, signal };
  const progress = new ReadProgress(dataset.pieces);
  let count = 0;
  for await (const sample of dataset.rows(rows)) {
    if (++count % PROGRESS_ROWS === 0) onProgress?.(progress.after(sample), progress.total);
    const row = judged === null ? unjudged(sample) : judge(sample, judged, tally);
    if (row !== null) yield row;
  }
  onProgress?.(progress.total, progress.total);
}

function unjudged(sample: Sample): JudgedRow {
  return { sample, flag: textIn(sample, "flag"), corrections: NO_CORRECTIONS };
}

function judge(sample: Sample, verdicts: Verdicts, tally: Tally): JudgedRow | null {
  const { rowId } = sample;
  const flag = verdicts.flagOf(rowId);
  const reason = verdicts.agreementOn(rowId) === "disagreed" ? "reviewers disagree" : REASONS[flag];
  if (reason !== undefined) {
    tally.skip(reason);
    return null;
  }
  const own = textIn(sample, "flag");
  const corrections = verdicts.correctionsOf(rowId);
  return { sample, flag: flag === "" || flag === "confirmed" ? own : flag, corrections };
}

/** The text of a row in a column; empty if there is none. */
export function textIn({ values }: Sample, column: string): string {
  return Object.hasOwn(values, column) ? values[column] ?? "" : "";
}
