import type { RetryOptions } from "../../storage/kit/backoff.ts";

/** Options of `DatasetLog`. */
export interface DatasetLogOptions {
  /** Whether the first record is a header, which is written with the first rows. @default {true} */
  readonly header?: boolean | undefined;
  /** The size in bytes at which a rewritten dataset continues in a new part. @default {1 MiB} */
  readonly maxPartBytes?: number | undefined;
  /** Whether this is the only writer of the dataset. @default {false} */
  readonly isAlone?: boolean | undefined;
  /** The column of the samples' ids; a sample whose id is stored is not added again. @default {none} */
  readonly idColumn?: string | undefined;
  /**
   * Whether all rows of all writers differ, for example by ids or fine timestamps. The log then
   * looks for its own bytes after every refusal: `fetch` and proxies replay requests, and the caller
   * receives only the refusal of the second copy.
   *
   * @default {false}
   */
  readonly uniqueRows?: boolean | undefined;
  /** How often and how long failed requests are repeated. */
  readonly retry?: RetryOptions | undefined;
  /** Called with a one-sentence notice after each repair. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  /**
   * Returns the key of the segment to continue in, or `undefined` to stay in the current one. Asked
   * before each group of rows of a writer that has files of its own.
   *
   * @default {always the same one}
   */
  readonly renew?: ((key: string, isUnsettled: boolean) => string | undefined) | undefined;
}
