import type { Dataset } from "../reader/dataset.ts";
import { judgedRows } from "./_judged_rows.ts";
import { valueIn } from "./jsonl.ts";
import { oneFile, textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export, ExportOptions } from "./export.ts";

/**
 * Exports rows as tasks of Label Studio: one JSON array of `{ data }`, in which `data` has the texts of the
 * row by its columns, and its `rowId`.
 *
 * @category Exports
 */
export function exportLabelStudio(dataset: Dataset, options: ExportOptions = {}): Export {
  const tally = new Tally();
  const names = dataset.columns.map(({ name }) => name);
  async function* parts(): AsyncGenerator<string, void, undefined> {
    yield "[";
    for await (const { sample, corrections } of judgedRows(dataset, options, tally)) {
      const members = names.map((
        name,
      ) => [name, corrections.get(name) ?? valueIn(sample, name, null)]);
      const data = Object.fromEntries([...members, ["rowId", sample.rowId]]);
      yield `${tally.rows++ === 0 ? "\n" : ",\n"}${JSON.stringify({ data })}`;
    }
    yield "\n]\n";
  }
  const file = { path: "tasks.json", contentType: "application/json" };
  return oneFile(tally, file, () => textStream(parts()));
}
