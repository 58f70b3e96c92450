import type { Damage } from "./damage.ts";
import type { Filter } from "./filter.ts";
import type { Sample } from "./sample.ts";

/**
 * Options of `Dataset.index()`.
 *
 * @category Reading
 */
export interface IndexOptions {
  /**
   * The columns whose texts are kept, so that counts and facets of them need no reading: 4 bytes for
   * each row, and each different text once.
   *
   * @default {["flag", "username"], as far as the dataset has them}
   */
  readonly facets?: readonly string[] | undefined;
  /** Called with each place that cannot be read. @default {damage is passed over} */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
  /** Called after each chunk with the bytes that were read, of all. */
  readonly onProgress?: ((read: number, total: number) => void) | undefined;
  /** Aborts the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A text of a column, and how many rows have it. `null` for rows whose file has no such column.
 *
 * @category Reading
 */
export interface FacetValue {
  /** The text. */
  readonly value: string | null;
  /** The number of rows. */
  readonly count: number;
}

/**
 * The rows in a span of time.
 *
 * @category Reading
 */
export interface HistogramBucket {
  /** The start of the span, in milliseconds since 1970. */
  readonly from: number;
  /** The end of the span, which is not in it. */
  readonly to: number;
  /** The number of rows. */
  readonly count: number;
}

/**
 * Options of `DatasetIndex.page()`.
 *
 * @category Reading
 */
export interface PageOptions extends Filter {
  /** The number of rows to pass over. @default {0} */
  readonly offset?: number | undefined;
  /** The largest number of rows. @default {50} */
  readonly limit?: number | undefined;
  /** Whether the page counts from the latest row backwards. @default {false} */
  readonly newest?: boolean | undefined;
}

/**
 * The rows of a dataset at one time, counted.
 *
 * Filters on the columns of its facets and on `timestamp` are answered from memory; others read the
 * dataset. Rows are in the order of their timestamps; rows without one come first.
 *
 * @category Reading
 */
export interface DatasetIndex {
  /** The number of rows. */
  readonly total: number;
  /** The columns of the facets. */
  readonly facets: readonly string[];
  /** Counts the rows that pass a filter. */
  count(filter?: Filter): Promise<number>;
  /** The texts of a column by the number of their rows, the most frequent first. */
  facet(column: string, options?: Filter & { limit?: number }): Promise<readonly FacetValue[]>;
  /** The rows in equal spans of time, from the first to the last `timestamp`. */
  histogram(options?: Filter & { buckets?: number }): Promise<readonly HistogramBucket[]>;
  /** Reads some rows. */
  page(options?: PageOptions): Promise<readonly Sample[]>;
  /** Takes in the rows that were added, and returns their number. Reads only these. */
  refresh(): Promise<number>;
}
