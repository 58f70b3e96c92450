import type { Verdicts } from "../export/verdicts.ts";

/** What reviewers say of a row: `"open"`, `"disagreed"`, or the flag on which they agree. */
export function stateOf(verdicts: Verdicts, rowId: string): string {
  const agreement = verdicts.agreementOn(rowId);
  return agreement === "agreed" ? verdicts.flagOf(rowId) : agreement;
}

/** Counts the rows that reviewers judged, by their states. */
export function statesIn(verdicts: Verdicts): Map<string, number> {
  const counts = new Map<string, number>();
  for (const rowId of verdicts.rowIds) {
    const state = stateOf(verdicts, rowId);
    if (state !== "open") counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

/** What a person said of a row, apart from corrections. */
export function ownVerdict(
  verdicts: Verdicts,
  rowId: string,
  username: string,
): { flag: string; comment: string } {
  const found = verdicts.of(rowId).find((one) => one.username === username && one.column === "");
  return { flag: found?.flag ?? "", comment: found?.comment ?? "" };
}
