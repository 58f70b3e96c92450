import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import { Refusal } from "./_refusal.ts";

/** Where a row is, as a page says. */
export interface Place {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
}

/** Reads the place of a row in a query. */
export function placeIn({ searchParams }: URL): Place {
  return {
    rowId: searchParams.get("row") ?? "",
    key: searchParams.get("key") ?? "",
    start: Number(searchParams.get("start") ?? NaN),
  };
}

/**
 * Reads the row at a place. The key must be one of the dataset's own, and the row the one that was shown,
 * so that a request reaches nothing else.
 */
export async function sampleOf(
  dataset: Dataset | null,
  { rowId, key, start }: Place,
): Promise<Sample> {
  const isKnown = dataset?.pieces.some((piece) => piece.key === key) ?? false;
  const sample = isKnown ? await dataset!.sampleAt(key, start) : null;
  if (sample !== null && sample.rowId === rowId) return sample;
  throw new Refusal(404, "Cannot find the row: it was removed or moved; reload the page");
}
