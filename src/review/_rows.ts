import type { Verdicts } from "../export/verdicts.ts";
import type { Dataset } from "../reader/dataset.ts";
import type { DatasetIndex } from "../reader/dataset_index.ts";
import type { Filter } from "../reader/filter.ts";
import type { Sample } from "../reader/sample.ts";
import { type Brief, briefOf } from "./_brief.ts";
import { ownVerdict, stateOf } from "./_judged.ts";
import { newestRows } from "./_newest_rows.ts";
import { fitting, type Query } from "./_query.ts";
import { Refusal } from "./_refusal.ts";
import type { Source } from "./_source.ts";

/** How many rows a request for rows of a state looks at. */
const MOST_LOOKED_AT = 4000;
const LOOKED_AT_ONCE = 200;

/** A row of a list, with what reviewers say of it. */
export interface ListedRow extends Brief {
  readonly state: string;
  /** What the person who asks said of it. */
  readonly own: { readonly flag: string; readonly comment: string };
}

/** A page of rows, the newest first. */
export interface RowsPage {
  readonly rows: readonly ListedRow[];
  /** What `after` of the next page is; `null` if there are no further rows. */
  readonly next: string | null;
}

/** Returns a page of the rows that are asked for. */
export async function rowsFor(
  { filter, files, states, after, limit }: Query,
  { source, verdicts, username }: {
    readonly source: Source;
    readonly verdicts: Verdicts;
    readonly username: string;
  },
): Promise<RowsPage> {
  const listed = (sample: Sample, start: number = sample.start): ListedRow => {
    const brief = { ...briefOf(sample), start };
    const { rowId } = brief;
    return {
      ...brief,
      state: stateOf(verdicts, rowId),
      own: ownVerdict(verdicts, rowId, username),
    };
  };
  const accepts = (sample: Sample) =>
    states === undefined || states.has(stateOf(verdicts, sample.rowId));
  const dataset = await source.open(files);
  if (dataset === null) return { rows: [], next: null };
  const index = after?.startsWith("p") ? null : await source.index(files);
  const wanted = { filter, accepts, limit, isAll: states === undefined };
  if (index !== null && answersFromMemory(index, filter)) {
    const { samples, left } = await fromIndex(index, dataset, { ...wanted, left: leftOf(after) });
    return { rows: samples.map((sample) => listed(sample)), next: left === 0 ? null : `i${left}` };
  }
  const before = placeOf(after);
  const { options } = source.settings;
  const { rows, next } = await newestRows(dataset, { ...wanted, before, options, keep: listed });
  return { rows, next: next && `p${next.start}:${next.key}` };
}

function answersFromMemory({ facets }: DatasetIndex, { where = {}, search }: Filter): boolean {
  return search === undefined &&
    Object.keys(where).every((name) => name === "timestamp" || facets.includes(name));
}

/** Which rows are taken from an index. */
interface Wanted {
  readonly filter: Filter;
  readonly accepts: (sample: Sample) => boolean;
  readonly isAll: boolean;
  readonly limit: number;
  /** How many rows are older than those of earlier pages; so rows that are added shift none. */
  readonly left: number;
}

async function fromIndex(
  index: DatasetIndex,
  { columns }: Dataset,
  { filter, accepts, isAll, limit, left: given }: Wanted,
): Promise<{ readonly samples: readonly Sample[]; readonly left: number }> {
  const fits = fitting(filter, columns.map(({ name }) => name));
  const samples: Sample[] = [];
  if (fits === null) return { samples, left: 0 };
  const count = await index.count(fits);
  let left = Math.min(given, count);
  const end = Math.max(0, left - MOST_LOOKED_AT);
  while (samples.length < limit && left > end) {
    const most = isAll ? limit - samples.length : LOOKED_AT_ONCE;
    const page = await index.page({ ...fits, newest: true, offset: count - left, limit: most });
    if (page.length === 0) return { samples, left: 0 };
    for (const sample of page) {
      left--;
      if (accepts(sample)) samples.push(sample);
      if (samples.length === limit) break;
    }
  }
  return { samples, left };
}

function leftOf(after: string | null): number {
  if (after === null) return Infinity;
  if (/^i\d{1,15}$/.test(after)) return Number(after.slice(1));
  throw new Refusal(400, "Cannot go on from there: leave `after` out, or pass an earlier `next`");
}

function placeOf(after: string | null): { key: string; start: number } | null {
  if (after === null || after.startsWith("i")) return null;
  const [, start, key] = /^p(\d{1,16}):(.+)$/s.exec(after) ?? [];
  if (key !== undefined) return { key, start: Number(start) };
  throw new Refusal(400, "Cannot go on from there: leave `after` out, or pass an earlier `next`");
}
