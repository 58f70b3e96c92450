import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";

/**
 * A reviewer's verdict on a row: a flag, a correction of one of its cells, or a comment.
 *
 * @category Exports
 */
export interface Verdict {
  /** The `rowId` of the row. */
  readonly rowId: string;
  /** The corrected column; empty for a verdict on the row. */
  readonly column: string;
  /** What the cell should have been. */
  readonly correction: string;
  /** A remark. */
  readonly comment: string;
  /** The verdict, such as `confirmed`. */
  readonly flag: string;
  /** The reviewer. */
  readonly username: string;
  /** The time of the verdict. */
  readonly timestamp: string;
}

/**
 * What reviewers say of a row: all the same flag, different ones, or nothing.
 *
 * @category Exports
 */
export type Agreement = "open" | "agreed" | "disagreed";

const NONE: readonly Verdict[] = [];

/**
 * The verdicts that stand: the latest of each reviewer on each column of a row. A verdict without a flag,
 * a correction and a comment takes the earlier one back.
 *
 * @category Exports
 */
export class Verdicts {
  readonly #byRow: Map<string, Map<string, Verdict>> = new Map();

  /** Takes in a verdict. Verdicts may come in any order. */
  add(verdict: Verdict): void {
    const { rowId, username, column, timestamp } = verdict;
    const known = this.#byRow.get(rowId) ?? new Map<string, Verdict>();
    this.#byRow.set(rowId, known);
    const place = JSON.stringify([username, column]);
    const earlier = known.get(place);
    if (earlier === undefined || timestamp >= earlier.timestamp) known.set(place, verdict);
  }

  /** The rows that have verdicts. */
  get rowIds(): IterableIterator<string> {
    return this.#byRow.keys();
  }

  /** The verdicts on a row that stand. */
  of(rowId: string): readonly Verdict[] {
    const known = this.#byRow.get(rowId);
    return known === undefined ? NONE : [...known.values()].filter((verdict) => !isEmpty(verdict));
  }

  /** Whether reviewers judged a row, and agree. */
  agreementOn(rowId: string): Agreement {
    const flags = new Set(this.of(rowId).map(({ flag }) => flag).filter((flag) => flag !== ""));
    return flags.size === 0 ? "open" : flags.size === 1 ? "agreed" : "disagreed";
  }

  /** The flag on which all reviewers of a row agree; empty if there is none. */
  flagOf(rowId: string): string {
    if (this.agreementOn(rowId) !== "agreed") return "";
    return this.of(rowId).find(({ flag }) => flag !== "")!.flag;
  }

  /** The corrected cells of a row; of several corrections of a cell, the latest one. */
  correctionsOf(rowId: string): ReadonlyMap<string, string> {
    const found = new Map<string, Verdict>();
    for (const verdict of this.of(rowId)) {
      const { column, correction, timestamp } = verdict;
      const earlier = found.get(column);
      if (correction !== "" && !(earlier && earlier.timestamp > timestamp)) {
        found.set(column, verdict);
      }
    }
    return new Map([...found].map(([column, { correction }]) => [column, correction]));
  }
}

function isEmpty({ flag, correction, comment }: Verdict): boolean {
  return flag === "" && correction === "" && comment === "";
}

/**
 * Reads the verdicts of reviewers.
 *
 * @param dataset A dataset with the columns of the review page: `rowId`, `column`, `correction`,
 * `comment`, `flag`, `username` and `timestamp`
 * @throws {TypeError} If it has no column `rowId`
 * @category Exports
 */
export async function readVerdicts(dataset: Dataset): Promise<Verdicts> {
  if (!dataset.columns.some(({ name }) => name === "rowId")) {
    throw new TypeError(
      `Cannot read verdicts in "${dataset.directory}": there is no column "rowId"`,
    );
  }
  const verdicts = new Verdicts();
  for await (const sample of dataset.rows({ onDamage: () => {} })) verdicts.add(toVerdict(sample));
  return verdicts;
}

/** Returns the verdict in a row of a dataset of verdicts. */
export function toVerdict({ values }: Pick<Sample, "values">): Verdict {
  const text = (column: string) => Object.hasOwn(values, column) ? values[column] ?? "" : "";
  return {
    rowId: text("rowId"),
    column: text("column"),
    correction: text("correction"),
    comment: text("comment"),
    flag: text("flag"),
    username: text("username"),
    timestamp: text("timestamp"),
  };
}
