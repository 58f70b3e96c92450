import type { Verdicts } from "../export/verdicts.ts";
import type { DatasetIndex, FacetValue, HistogramBucket } from "../reader/dataset_index.ts";
import type { Filter } from "../reader/filter.ts";
import { statesIn } from "./_judged.ts";
import { fitting, type Query, without } from "./_query.ts";
import type { Source } from "./_source.ts";

const MOST_VALUES = 30;
const BUCKETS = 24;

/** What a page shows of all rows. */
export interface Counts {
  /** Whether rows are counted: `"none"` if they never are. */
  readonly index: "ready" | "indexing" | "none";
  /** The share that was read, from 0 to 1. */
  readonly progress: number;
  /** The number of all rows; `null` if it is not known. */
  readonly all: number | null;
  /** The number of rows that pass the filter; `null` if it is not known. */
  readonly total: number | null;
  /** The texts of columns of few texts. Those of a column are counted without the filter on it. */
  readonly facets: readonly { readonly column: string; readonly values: readonly FacetValue[] }[];
  readonly files: readonly string[];
  /** The numbers of rows by the states of review, whatever the filter. */
  readonly review: Readonly<Record<string, number | null>>;
  readonly histogram: readonly HistogramBucket[];
}

/** Counts the rows that are asked for. */
export async function countsFor(
  { filter, files, states }: Query,
  { source, verdicts, options }: {
    readonly source: Source;
    readonly verdicts: Verdicts;
    readonly options: readonly string[];
  },
): Promise<Counts> {
  const dataset = await source.dataset();
  const index = await source.index(files);
  const judged = statesIn(verdicts);
  const common = {
    files: [...new Set(dataset?.pieces.map(({ file }) => file))],
    progress: index === null ? source.progressOf(files) ?? 0 : 1,
  };
  if (index === null || dataset === null) {
    const state = source.settings.isIndexed && dataset !== null ? "indexing" : "none";
    const review = reviewOf(judged, options, null);
    const all = dataset === null ? 0 : null;
    return { ...common, index: state, all, total: all, facets: [], review, histogram: [] };
  }
  const names = dataset.columns.map(({ name }) => name);
  const fits = fitting(filter, names);
  return {
    ...common,
    index: "ready",
    all: index.total,
    total: states !== undefined ? null : fits === null ? 0 : await index.count(fits),
    facets: await facetsOf(index, filter, names),
    review: reviewOf(judged, options, files === undefined ? index.total : null),
    histogram: await histogramOf(index, fitting(without(filter, "timestamp"), names)),
  };
}

async function facetsOf(
  index: DatasetIndex,
  filter: Filter,
  names: readonly string[],
): Promise<Counts["facets"]> {
  const facets: { column: string; values: readonly FacetValue[] }[] = [];
  for (const column of index.facets) {
    const fits = fitting(without(filter, column), names);
    const found = fits === null ? [] : await index.facet(column, { ...fits, limit: MOST_VALUES });
    facets.push({ column, values: merged(found) });
  }
  return facets;
}

/** A file without the column and an empty cell look the same. */
function merged(values: readonly FacetValue[]): FacetValue[] {
  const empty = values.filter(({ value }) => value === null || value === "");
  const others = values.filter(({ value }) => value !== null && value !== "");
  if (empty.length === 0) return others;
  return [...others, { value: "", count: empty.reduce((sum, { count }) => sum + count, 0) }];
}

function reviewOf(
  judged: ReadonlyMap<string, number>,
  options: readonly string[],
  all: number | null,
): Record<string, number | null> {
  const sum = [...judged.values()].reduce((sum, count) => sum + count, 0);
  const states = new Set([...options, ...judged.keys()]);
  states.delete("disagreed");
  return {
    open: all === null ? null : Math.max(0, all - sum),
    ...Object.fromEntries([...states].map((state) => [state, judged.get(state) ?? 0])),
    disagreed: judged.get("disagreed") ?? 0,
  };
}

async function histogramOf(
  index: DatasetIndex,
  filter: Filter | null,
): Promise<readonly HistogramBucket[]> {
  return filter === null ? [] : await index.histogram({ ...filter, buckets: BUCKETS });
}
