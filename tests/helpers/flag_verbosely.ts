// Flags samples with files by a verbose logger, into the directory of the first argument, and prints
// what each resolved with to the file of the second one: stdout and stderr may be full or closed.
import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";

const [root, report] = Deno.args;
await Deno.mkdir(root!, { recursive: true });
// A torn row causes a notice, besides that about the file.
await Deno.writeTextFile(`${root}/dataset1.csv`, "picture,timestamp\r\ntorn");
const logger = new CSVLogger();
await logger.setup([file("picture")], root);
const ended: string[] = [];
for (let n = 1; n <= 2; n++) {
  const flagged = logger.flag([new File(["x"], `${n}.txt`)]);
  ended.push(await flagged.then(String, (error) => `rejected: ${error}`));
}
await Deno.writeTextFile(report!, ended.join());
