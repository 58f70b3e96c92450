// Exports a dataset as Parquet in a separate process: _parquet_child.ts DIR FILE. Prints the number of
// rows, the time and the memory, as JSON.
// deno-lint-ignore-file no-console -- its output is its answer
import { openDataset } from "@flagstone/flagging/dataset";
import { exportParquet } from "@flagstone/flagging/export";
import { measured } from "./_measured.ts";

const [root = "", path = ""] = Deno.args;
await using dataset = await openDataset(root);
const result = await measured(async () => {
  const { files, report } = exportParquet(dataset);
  for await (const { body } of files) await Deno.writeFile(path, body);
  return report.rows;
}, "leave");
console.log(JSON.stringify(result));
