import { encodeRow } from "../csv/encode.ts";
import { escapingOf, type Formulas } from "../csv/formulas.ts";
import type { Dataset } from "../reader/dataset.ts";
import { judgedRows, textIn } from "./_judged_rows.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export, ExportOptions } from "./export.ts";

/**
 * Options of {@linkcode exportCsv}.
 *
 * @category Exports
 */
export interface CsvOptions extends ExportOptions {
  /** The columns to export. @default {all} */
  readonly select?: readonly string[] | undefined;
  /**
   * How text that a spreadsheet could evaluate is written. Choose `"strict"` if people open the file in
   * spreadsheets.
   *
   * @default {"as-typed"}
   */
  readonly formulas?: Formulas | undefined;
}

/**
 * Exports all rows as one CSV file under all columns. A column that a row's file does not have is an empty
 * cell.
 *
 * @throws {TypeError} If `formulas` is unknown
 * @category Exports
 */
export function exportCsv(dataset: Dataset, options: CsvOptions = {}): Export {
  const tally = new Tally();
  const names = options.select ?? dataset.columns.map(({ name }) => name);
  async function* lines(): AsyncGenerator<string, void, undefined> {
    const escaping = await escapingOf(options.formulas ?? "as-typed");
    yield encodeRow(names.map(escaping.text));
    for await (const { sample, corrections } of judgedRows(dataset, options, tally)) {
      tally.rows++;
      yield encodeRow(
        names.map((name) => escaping.text(corrections.get(name) ?? textIn(sample, name))),
      );
    }
  }
  const file = { path: "data.csv", contentType: "text/csv; charset=utf-8" };
  return oneFile(tally, file, () => textStream(lines()));
}
