import { exportCsv } from "../export/csv.ts";
import type { ExportOptions } from "../export/export.ts";
import { exportJsonl } from "../export/jsonl.ts";
import type { Verdicts } from "../export/verdicts.ts";
import type { Dataset, RowsOptions } from "../reader/dataset.ts";
import type { Sample } from "../reader/sample.ts";
import { stateOf } from "./_judged.ts";
import { fitting, type Query } from "./_query.ts";
import { Refusal } from "./_refusal.ts";
import { respond } from "./_respond.ts";

/** What an export is made of. */
export interface ExportSettings {
  readonly dataset: Dataset | null;
  readonly verdicts: Verdicts;
  /** The dataset of verdicts, if they are applied. */
  readonly applied: Dataset | null;
}

/** Answers with the rows that are asked for, as a file that is made while it is sent. */
export async function exportFor(
  { searchParams }: URL,
  { filter, states }: Query,
  { dataset, verdicts, applied }: ExportSettings,
): Promise<Response> {
  const format = searchParams.get("format");
  if (format !== "jsonl" && format !== "csv") {
    throw new Refusal(400, "Cannot export: format is jsonl or csv");
  }
  if (dataset === null) throw new Refusal(404, "Cannot export: there are no rows");
  const fits = fitting(filter, dataset.columns.map(({ name }) => name));
  const options: ExportOptions = {
    ...fits,
    onDamage: () => {},
    ...applied !== null && { verdicts: applied },
  };
  const rows = onlyStates(dataset, fits === null ? new Set() : states, verdicts);
  // People open it in spreadsheets, which must not run what a stranger typed.
  const { files } = format === "csv"
    ? exportCsv(rows, { ...options, formulas: "strict" })
    : exportJsonl(rows, options);
  for await (const { path, contentType, body } of files) {
    const headers = {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${path}"`,
    };
    return respond(body, { headers });
  }
  throw new Refusal(404, "Cannot export: there are no rows");
}

/** The dataset with only the rows of some states of review. */
function onlyStates(
  dataset: Dataset,
  states: ReadonlySet<string> | undefined,
  verdicts: Verdicts,
): Dataset {
  if (states === undefined) return dataset;
  async function* rows(options?: RowsOptions): AsyncGenerator<Sample, void, undefined> {
    if (states!.size === 0) return;
    for await (const sample of dataset.rows(options)) {
      if (states!.has(stateOf(verdicts, sample.rowId))) yield sample;
    }
  }
  return {
    storage: dataset.storage,
    directory: dataset.directory,
    columns: dataset.columns,
    pieces: dataset.pieces,
    rows,
    sampleAt: (key, start) => dataset.sampleAt(key, start),
    index: (options) => dataset.index(options),
    [Symbol.asyncDispose]: () => dataset[Symbol.asyncDispose](),
  };
}
