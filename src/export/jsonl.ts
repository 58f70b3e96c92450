import type { Dataset } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import { judgedRows } from "./_judged_rows.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export, ExportOptions } from "./export.ts";

/**
 * Options of {@linkcode exportJsonl}.
 *
 * @category Exports
 */
export interface JsonlOptions extends ExportOptions {
  /** The columns to export. @default {all} */
  readonly select?: readonly string[] | undefined;
  /**
   * Whether values have the types of the dataset's columns, instead of texts. A cell that does not fit is
   * exported as text, and counted as `untyped cells`.
   *
   * @default {false}
   */
  readonly typed?: boolean | undefined;
  /** Whether each object also has its `_row`, which is the `rowId`, and its `_version`. @default {false} */
  readonly meta?: boolean | undefined;
}

/**
 * Exports rows as JSON Lines, one object for each row. A key is absent if the row's file has no such
 * column; an empty cell is `""`, or `null` with `typed`.
 *
 * @throws {TypeError} If a column is unknown
 * @category Exports
 */
export function exportJsonl(dataset: Dataset, options: JsonlOptions = {}): Export {
  const tally = new Tally();
  const names = options.select ?? dataset.columns.map(({ name }) => name);
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const { sample, corrections } of judgedRows(dataset, options, tally)) {
      tally.rows++;
      const members: [string, unknown][] = [];
      for (const name of names) {
        const corrected = corrections.get(name);
        const value = corrected ?? valueIn(sample, name, options.typed ? tally : null);
        if (value !== undefined) members.push([name, value]);
      }
      if (options.meta) members.push(["_row", sample.rowId], ["_version", sample.version]);
      yield `${JSON.stringify(Object.fromEntries(members))}\n`;
    }
  }
  const file = { path: "data.jsonl", contentType: "application/x-ndjson" };
  return oneFile(tally, file, () => textStream(lines()));
}

/** The value of a cell; `undefined` if the file has no such column. */
export function valueIn(sample: Sample, name: string, typed: Tally | null): unknown {
  const text = Object.hasOwn(sample.values, name) ? sample.values[name] : undefined;
  if (text === undefined || text === null) return undefined;
  if (typed === null) return text;
  try {
    return sample.typed(name);
  } catch {
    typed.count("untyped cells");
    return text;
  }
}
